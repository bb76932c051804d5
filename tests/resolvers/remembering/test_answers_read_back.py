"""Whatever is remembered is read back as it was first answered, and checks end for any integers."""

import dataclasses
import enum
import inspect
import math
import types
import typing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.intervals.prime_ranges import PrimeRanges
from engine.primality.neighbours import next_prime, previous_prime
from engine.stop import Stop
from resolvers.questions.integers import NEXT_PRIME, PREVIOUS_PRIME
from resolvers.questions.ranges import COUNT, FIRST_PRIMES, LAST_PRIMES, SUM
from resolvers.remembering.answer_codec import read, write
from resolvers.remembering.answer_shapes import Shape
from tests.resolvers.questions.declared import DECLARED

SHAPES = [question.shape for question in DECLARED]
RANGES = PrimeRanges()
STOP = Stop()
# Of 4,096 digits; of those that a check may have to test for primality, which takes longer.
MOST_BITS, MOST_TESTED_BITS = 13_606, 600
TESTED = {"primality", "factorization", "next_prime", "previous_prime", "nth_prime"}
TESTED |= {"first_primes", "last_primes"}


def integers(most_bits: int = MOST_BITS) -> st.SearchStrategy[int]:
    """Return integers of all lengths up to so many bits."""
    return st.integers(0, most_bits).flatmap(lambda bits: st.integers(-(2**bits), 2**bits))


def values_of(kind: Any, most_bits: int = MOST_BITS) -> st.SearchStrategy[Any]:
    """Return any values of a type of answers; sequences are tuples."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        parts = [values_of(hints[field.name], most_bits) for field in dataclasses.fields(kind)]
        make: Any = kind
        return st.tuples(*parts).map(lambda values: make(*values))
    inner = typing.get_args(kind)
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return st.one_of(*(values_of(part, most_bits) for part in inner))
    if inner:
        return st.lists(values_of(inner[0], most_bits), max_size=4).map(tuple)
    if issubclass(kind, enum.Enum):
        return st.sampled_from(kind)
    others: dict[Any, st.SearchStrategy[Any]] = {
        types.NoneType: st.none(),
        bool: st.booleans(),
        float: st.floats(allow_nan=False, allow_infinity=False),
    }
    return others.get(kind, integers(most_bits))


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.name))
@given(data=st.data())
@settings(max_examples=40)
def test_any_answer_is_read_back_as_it_was(shape: Shape[Any], data: st.DataObject) -> None:
    answer = data.draw(values_of(shape.kind))
    assert read(shape.reader, write(answer)) == answer


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.name))
@given(data=st.data())
@settings(max_examples=40)
def test_checks_of_any_answer_to_any_question_end_with_a_verdict(
    shape: Shape[Any], data: st.DataObject
) -> None:
    most_bits = MOST_TESTED_BITS if shape.name in TESTED else MOST_BITS
    answer = data.draw(values_of(shape.kind, most_bits))
    names = [*inspect.signature(shape.is_plausible).parameters][1:]
    arguments = [data.draw(integers(most_bits)) for _ in names]
    if "low" in names:
        arguments[:2] = sorted(arguments[:2])
    assert math.isfinite(shape.check_cost(answer, *arguments))
    assert shape.is_plausible(answer, *arguments) in (True, False)


@given(low=integers(MOST_TESTED_BITS), width=st.integers(0, 1_500))
@settings(max_examples=40, deadline=None)
def test_answers_about_intervals_are_plausible_when_they_are_read(low: int, width: int) -> None:
    high = low + width
    answers: list[tuple[Shape[Any], Any, tuple[int, ...]]] = [
        (COUNT.shape, RANGES.count(low, high, STOP), (low, high)),
        (SUM.shape, RANGES.sum(low, high, STOP), (low, high)),
        (NEXT_PRIME.shape, next_prime(low), (low,)),
        (PREVIOUS_PRIME.shape, previous_prime(low), (low,)),
    ]
    for shape, function in (
        (FIRST_PRIMES.shape, RANGES.first_primes),
        (LAST_PRIMES.shape, RANGES.last_primes),
    ):
        answers.append((shape, function(low, high, 3, STOP), (low, high, 3)))
    for shape, answer, arguments in answers:
        found = read(shape.reader, write(answer))
        assert found == answer if isinstance(answer, int | None) else list(found) == list(answer)
        assert shape.is_plausible(found, *arguments)
