"""Thousands of errors and long integers are made slice by slice; others have turns between."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLError, build_schema, located_error

from execution.cooperative_loops import SLICE_ERRORS, each_in_turns, taken
from execution.executor import BoundOperation, DocumentExecutor
from execution.limits.document_limits import DocumentLimits
from execution.plans import field_nodes

COUNT = 1_250


@dataclass(frozen=True)
class Resolver:
    """Resolves a field of one object."""

    resolve: Any
    resolve_many: Any = None
    is_async: bool = False


class Turns:
    """Counts, while something is awaited, how many calls come between two turns of others."""

    def __init__(self) -> None:
        self.calls: list[int] = [0]

    def call(self) -> None:
        """Count a call."""
        self.calls[-1] += 1

    async def watch(self, awaited: Awaitable[Any]) -> Any:
        """Return what is awaited, while something else has turns too."""

        async def other() -> None:
            while True:
                self.calls.append(0)
                await asyncio.sleep(0)

        watching = asyncio.ensure_future(other())
        try:
            return await awaited
        finally:
            watching.cancel()


def _fail(source: Any, _context: Any, _arguments: Any) -> Any:
    raise ValueError(f"{source} has none")


@pytest.mark.parametrize("kind", ["Int", "Int!"])
async def test_others_have_turns_while_errors_are_made(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Turns()

    def counted(*arguments: Any) -> GraphQLError:
        turns.call()
        return located_error(*arguments)

    monkeypatch.setattr(field_nodes, "located_error", counted)
    schema = build_schema(f"type Thing {{ n: {kind} }} type Query {{ things: [Thing] }}")
    things = Resolver(lambda *_: list(range(1, COUNT + 1)))
    resolvers: Any = {"Query.things": things, "Thing.n": Resolver(_fail)}
    executor = DocumentExecutor(schema, DocumentLimits(), resolvers=resolvers)
    bound = await executor.bind("{ things { n } }", None, None, None)
    assert isinstance(bound, BoundOperation)
    outcome = await turns.watch(bound.run())
    assert executor.runs == {"plan": 1}
    assert [error.path for error in outcome.errors] == [
        ["things", index, "n"] for index in range(COUNT)
    ]
    assert sum(turns.calls) == COUNT
    assert max(turns.calls) <= SLICE_ERRORS


async def test_each_in_turns_keeps_the_order() -> None:
    turns = Turns()

    def double(number: int) -> int:
        turns.call()
        return 2 * number

    made = await turns.watch(each_in_turns(double, range(COUNT)))
    assert made == list(range(0, 2 * COUNT, 2))
    assert max(turns.calls) <= SLICE_ERRORS


async def test_others_have_turns_while_long_integers_get_their_digits() -> None:
    turns = Turns()

    def digits(value: int) -> str:
        turns.call()
        if value == 3:
            raise ValueError("three")
        return str(value)

    schema = build_schema("scalar Long type Thing { n: Long } type Query { things: [Thing] }")
    kind: Any = schema.get_type("Long")
    kind.coerce_output_value = digits
    values = [10**4_000 + number for number in range(60)] + [3, None, 10**4_000]
    things = Resolver(lambda *_: [(value,) for value in values])
    numbers = Resolver(lambda source, *_: source[0])
    resolvers: Any = {"Query.things": things, "Thing.n": numbers}
    executor = DocumentExecutor(schema, DocumentLimits(), resolvers=resolvers)
    bound = await executor.bind("{ things { n } }", None, None, None)
    assert isinstance(bound, BoundOperation)
    outcome = await turns.watch(bound.run())
    expected = ["1" + str(number).rjust(4_000, "0") for number in range(60)]
    assert outcome.data == {
        "things": [{"n": n} for n in [*expected, None, None, "1" + "0" * 4_000]]
    }
    assert [error.path for error in outcome.errors] == [["things", 60, "n"]]
    assert max(turns.calls) <= 10


async def test_items_that_are_taken_end_one_by_one_and_in_order() -> None:
    items = list(range(COUNT))
    left: list[int] = []

    def make(item: int) -> int:
        left.append(len(items))
        return item

    assert await each_in_turns(make, taken(items)) == list(range(COUNT))
    assert left == list(range(COUNT - 1, -1, -1))
