"""What texts come to is remembered: documents while there is room, refusals for a while."""

import time
from typing import Any

import pytest
from graphql import GraphQLSyntaxError, build_schema, parse

from execution.documents.document_cache import REFUSED_SECONDS, Library, Ready
from execution.documents.documents import ReadDocument
from execution.documents.prepared_documents import PreparedDocument, Shared
from execution.limits.expansion import expand
from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import read_definitions

SCHEMA = build_schema("""type Query { echo(n: Int): Int deep: Deep }
    type Deep { echo(n: Int): Int }""")


class Reading:
    """A library, and the texts that it has read."""

    def __init__(self, max_bytes: int = 1 << 20) -> None:
        self.texts: list[str] = []
        shared = Shared(SCHEMA, {}, {}, hides_schema=False)
        self.library: Library[str] = Library(self._read, shared, max_bytes)

    def _read(self, text: str) -> ReadDocument | str:
        self.texts.append(text)
        try:
            document = parse(text)
        except GraphQLSyntaxError as error:
            return error.message
        return ReadDocument(document, expand(FragmentGraph(read_definitions(document))))

    def get(self, text: str) -> Ready[str]:
        """Return what a text comes to."""
        found = self.library.find(text)
        return found or self.library.keep(text, self.library.make(text))


def test_each_text_is_read_once() -> None:
    reading = Reading()
    first = reading.get("{ echo }")
    assert reading.get("{ echo }") is first
    assert isinstance(first.prepared, PreparedDocument)
    assert reading.texts == ["{ echo }"]


def test_texts_that_differ_in_numbers_are_read_once() -> None:
    reading = Reading()
    texts = [f"{{ echo(n: {number}) }}" for number in (1, 22, 333, 4_444)]
    found = [reading.get(text) for text in texts]
    assert reading.texts == texts[:1]
    assert found[1].prepared is found[3].prepared
    assert [list(one.lifted.values()) for one in found] == [[], [22], [333], [4_444]]


def test_refusal_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    reading = Reading()
    now = time.monotonic()
    for wait, reads in ((0, 1), (REFUSED_SECONDS - 1, 1), (REFUSED_SECONDS + 1, 2)):
        moment: Any = now + wait
        monkeypatch.setattr(time, "monotonic", lambda moment=moment: moment)
        assert str(reading.get("{ echo").prepared).startswith("Syntax Error")
        assert len(reading.texts) == reads


def test_refusals_do_not_take_the_room_of_documents() -> None:
    reading = Reading(max_bytes=100_000)
    reading.get("{ echo }")
    for number in range(200):
        reading.get(f"{{ echo{number}")
    reading.get("{ echo }")
    assert reading.texts.count("{ echo }") == 1
    reading.get("{ echo0")
    assert reading.texts.count("{ echo0") == 2


def test_texts_of_two_pinned_numbers_are_read_once_each() -> None:
    reading = Reading()
    for number in range(20):
        for pinned in (1, 2, 3):
            reading.get(f"{{ a: echo(n: {number}) deep {{ echo(n: {pinned}) }} }}")
    assert len(reading.texts) == 3


def test_text_without_lifted_numbers_is_read_once() -> None:
    reading = Reading()
    for _ in range(3):
        for number in range(3):
            reading.get(f"{{ a: echo(n: 1) b: echo a: echo(n: 1) deep {{ echo(n: {number}) }} }}")
    assert len(reading.texts) == 3


def test_text_holds_no_document_that_was_let_go() -> None:
    reading = Reading(max_bytes=60_000)
    for number in range(3):
        reading.get(f"{{ a: echo(n: {number}) }}")
    for number in range(40):
        reading.get(f"{{ a{number}: echo(n: 1) }}")
    before = len(reading.texts)
    assert isinstance(reading.get("{ a: echo(n: 2) }").prepared, PreparedDocument)
    assert len(reading.texts) == before + 1
