"""Remembered answers as texts: read as they were written, never as another version wrote them."""

import dataclasses
import enum
import json
from collections.abc import Sequence
from typing import Any

import pytest

from engine.classes import PrimeClass
from engine.results import (
    ConstellationPage,
    Factorization,
    GapFrequency,
    Primality,
    PrimalityMethod,
    PrimalityVerdict,
    PrimeBucket,
    PrimeGap,
    PrimeGapStatistics,
    PrimeNeighbours,
    PrimePower,
    PrimeProgression,
    ResidueCount,
)
from resolvers.remembering.answer_codec import UnreadableError, read, reader, structure, write
from resolvers.remembering.answer_shapes import MOST_KEY_CHARACTERS, Shape
from tests.resolvers.questions.declared import DECLARED

GAP = PrimeGap(7, 11, 4, 2.0555933690000001)
# What an instance of each type of answer looks like in memory. These texts are what lies in
# caches: a text that changes needs a type, or a version, that changes with it.
WRITTEN: list[tuple[Any, Any, str]] = [
    (int, 10**20, '"56bc75e2d63100000"'),
    (int, -15, '"-f"'),
    (bool, True, "true"),
    (int | None, None, "null"),
    (int | None, 0, '"0"'),
    (Sequence[int], (2, 3, 2**70), '["2","3","400000000000000000"]'),
    (
        Primality,
        Primality(91, PrimalityVerdict.COMPOSITE, PrimalityMethod.TRIAL_DIVISION, 2),
        '["5b","COMPOSITE","TRIAL_DIVISION","2"]',
    ),
    (
        Factorization,
        Factorization(-12 * 2**80, -1, (PrimePower(2, 82), PrimePower(3, 1)), (15, 77)),
        '["-c00000000000000000000","-1",[["2","52"],["3","1"]],["f","4d"]]',
    ),
    (PrimeNeighbours, PrimeNeighbours(4, (3,), (5,), 3, 2), '["4",["3"],["5"],"3","2"]'),
    (
        PrimeGapStatistics | None,
        PrimeGapStatistics(1, GAP, GAP, 0.1, (GapFrequency(4, 1),)),
        '["1",["7","b","4",2.055593369],["7","b","4",2.055593369],0.1,[["4","1"]]]',
    ),
    (tuple[PrimeClass, ...], (PrimeClass.TWIN, PrimeClass.SAFE), '["TWIN","SAFE"]'),
    (PrimeProgression, PrimeProgression(3, 2, (3, 5, 7), 9), '["3","2",["3","5","7"],"9"]'),
    (Sequence[PrimeBucket], (PrimeBucket(1, 10, 4),), '[["1","a","4"]]'),
    (Sequence[ResidueCount], (ResidueCount(1, 9),), '[["1","9"]]'),
    (ConstellationPage, ConstellationPage((0, 2), (3, 5), True), '[["0","2"],["3","5"],true]'),
]
SHAPES = [question.shape for question in DECLARED]


@pytest.mark.parametrize(("kind", "answer", "text"), WRITTEN)
def test_answers_are_read_as_they_were_written(kind: Any, answer: Any, text: str) -> None:
    assert write(answer) == text
    assert read(reader(kind), text) == answer


def test_every_type_of_answer_is_written_above() -> None:
    kinds = [kind for kind, _, _ in WRITTEN]
    assert all(shape.kind in kinds for shape in SHAPES)
    assert len({shape.name for shape in SHAPES}) == 20


def test_a_name_stands_for_one_function() -> None:
    functions = {question.shape.name: question.function for question in DECLARED}
    assert all(functions[question.shape.name] is question.function for question in DECLARED)


@pytest.mark.parametrize("kind", [kind for kind, _, _ in WRITTEN])
@pytest.mark.parametrize(
    "text",
    ["", "7", '"x"', '"prime"', "[]", "{}", "[[[]]]", '["5b"]', "[" * 9_999, '[["2"]]', "[null]"],
)
def test_other_texts_are_unreadable_or_of_the_type(kind: Any, text: str) -> None:
    try:
        answer = read(reader(kind), text)
    except UnreadableError:
        return
    assert json.loads(write(answer)) == json.loads(text)


@pytest.mark.parametrize("text", ["1", '"true"', "null"])
def test_truth_is_read_from_nothing_else(text: str) -> None:
    with pytest.raises(UnreadableError):
        read(reader(bool), text)


def test_what_changes_the_text_changes_the_structure() -> None:
    fields: list[list[tuple[str, Any]]] = [
        [("a", int), ("b", int)],
        [("b", int), ("a", int)],
        [("a", int), ("b", int | None)],
        [("a", int), ("b", tuple[int, ...])],
        [("a", int)],
    ]
    kinds = [dataclasses.make_dataclass("Answer", names) for names in fields]
    assert len(set(map(structure, kinds))) == len(kinds)
    inner = [dataclasses.make_dataclass("Outer", [("inner", kind)]) for kind in kinds]
    assert len(set(map(structure, inner))) == len(inner)
    members = [enum.Enum("Method", names) for names in ("A B", "A C")]
    assert structure(members[0]) != structure(members[1])


def test_key_holds_function_version_type_and_arguments() -> None:
    shape: Shape[int] = Shape("f", int)
    keys = [
        shape.key((1, 23)),
        shape.key((12, 3)),
        shape.key(((1, 23),)),
        shape.key((-1, 23)),
        dataclasses.replace(shape, name="g").key((1, 23)),
        dataclasses.replace(shape, version=2).key((1, 23)),
        dataclasses.replace(shape, kind=bool).key((1, 23)),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == f'f.1.{shape.fingerprint}:["1","17"]'


def test_long_arguments_stand_in_keys_by_their_digest() -> None:
    shape: Shape[int] = Shape("f", int)
    keys = {shape.key((10**4_095 + k,)) for k in range(50)}
    assert len(keys) == 50
    assert max(map(len, keys)) < MOST_KEY_CHARACTERS + 20
