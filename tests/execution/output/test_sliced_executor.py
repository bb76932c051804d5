"""Long lists are completed as the stock executor completes them, and others get their turn."""

import asyncio
import inspect
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, parse
from graphql.execution import Executor

from execution.output.sliced_executor import SLICE_ITEMS, SlicedExecutor

SDL = """
type Item { n: Int! half: Int later: Int! nested: [Item!] }
type Query { %s }
"""
KINDS = {
    "nullable": "[Item]",
    "items": "[Item!]",
    "all": "[Item!]!",
    "numbers": "[Int!]",
    "maybe": "[Int]",
}


def _schema() -> GraphQLSchema:
    schema = build_schema(
        SDL % " ".join(f"{name}(count: Int!): {kind}" for name, kind in KINDS.items())
    )
    fields = schema.get_type("Item").fields  # type: ignore[union-attr]
    assert schema.query_type is not None

    def half(n: int, *_: Any) -> int:
        if n % 7 == 3:
            raise ValueError(f"{n} is odd")
        return n // 2

    async def later(n: int, *_: Any) -> int:
        await asyncio.sleep(0)
        if n % 150 == 149:
            raise ValueError(f"{n} is late")
        return n

    fields["n"].resolve = lambda n, *_: n
    fields["half"].resolve = half
    fields["later"].resolve = later
    fields["nested"].resolve = lambda n, *_: list(range(n))
    for name, field in schema.query_type.fields.items():
        field.resolve = _lister(name)
    return schema


def _lister(name: str) -> Any:
    def items(_source: Any, _info: Any, count: int) -> list[Any]:
        listed: list[Any] = list(range(count))
        if name == "maybe" and count > 3:
            listed[3] = None
        if name == "numbers" and count > 5:
            listed[5] = "five"
        return listed

    return items


SCHEMA = _schema()


async def execute(executor_class: type[Executor[Any]], document: str) -> tuple[Any, Any]:
    executor = executor_class.build(SCHEMA, parse(document))
    assert isinstance(executor, Executor)
    result: Any = executor.execute_operation()
    if inspect.isawaitable(result):
        result = await result
    errors = sorted((error.path, error.message) for error in result.errors or [])
    return result.data, errors


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("fields", ["n", "n half", "half later", "n later nested { n }"])
@pytest.mark.parametrize("count", [0, 1, 3, SLICE_ITEMS, SLICE_ITEMS + 1, 2 * SLICE_ITEMS + 60])
async def test_completes_as_the_stock_executor(name: str, fields: str, count: int) -> None:
    selection = "" if "Int" in KINDS[name] else f"{{ {fields} }}"
    if "nested" in fields and count > SLICE_ITEMS + 1:
        return
    document = f"{{ {name}(count: {count}) {selection} }}"
    data, errors = await execute(SlicedExecutor, document)
    stock_data, stock_errors = await execute(Executor, document)
    assert data == stock_data
    # Where a non-null failure ends a list, which of its failures is told is a race in both.
    if "later" in fields and "!" in KINDS[name] and errors:
        assert len(errors) == len(stock_errors)
    else:
        assert errors == stock_errors


async def test_others_get_their_turn_within_a_long_list() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.ensure_future(other())
    data, _ = await execute(SlicedExecutor, "{ items(count: 1000) { n } }")
    watching.cancel()
    assert len(data["items"]) == 1_000
    assert turns >= 1_000 // SLICE_ITEMS
