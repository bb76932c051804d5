"""Variables are coerced while others have turns, to what graphql-core makes of them."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLScalarType, build_schema

from execution.documents.variables import SLICE_CHARACTERS
from execution.executor import BoundOperation, DocumentExecutor, Outcome
from execution.limits.document_limits import DocumentLimits

DIGITS = "9" * 4_096
TEXT = "query ($values: [BigInt!], $one: BigInt) { a(values: $values, one: $one) }"


@dataclass(frozen=True)
class Resolver:
    """Resolves the field, which is never run."""

    resolve: Any = None
    resolve_many: Any = None
    is_async: bool = False


class Reader:
    """Executes a document whose variables are integers; notes what its scalar is asked to read."""

    def __init__(self) -> None:
        """Make the schema."""
        schema = build_schema("scalar BigInt type Query { a(values: [BigInt!], one: BigInt): Int }")
        scalar = schema.type_map["BigInt"]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.coerce_input_value = self._read
        self.read: list[Any] = []
        self._executor = DocumentExecutor(
            schema,
            DocumentLimits(bytes=100_000),
            resolvers={"Query.a": Resolver()},
            digit_scalars={"BigInt": 4_096},
        )

    def _read(self, value: Any) -> int:
        """Return an integer, noting what it was."""
        self.read.append(value)
        return int(value)

    async def variables(self, inputs: dict[str, Any]) -> Any:
        """Return the coerced variables, or the messages of what is wrong with them."""
        bound = await self._executor.bind(TEXT, inputs, None, None)
        if isinstance(bound, Outcome):
            return [error.message for error in bound.errors]
        assert isinstance(bound, BoundOperation)
        return bound.variables


@pytest.mark.parametrize("values", [[DIGITS] * 240, ["-" + DIGITS[1:], "0", "-0"] * 160])
async def test_others_have_turns_while_long_integers_are_read(values: list[str]) -> None:
    reader = Reader()
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    watching = asyncio.ensure_future(other())
    assert await reader.variables({"values": values}) == {"values": list(map(int, values))}
    watching.cancel()
    assert turns >= len("".join(values)) // SLICE_CHARACTERS // 2
    assert reader.read == list(map(int, values))


async def test_what_is_no_integer_is_left_to_the_scalar() -> None:
    reader = Reader()
    values: list[Any] = [DIGITS + "9", " 5", "05", "+5", 7, "5_0", *[DIGITS] * 20]
    assert await reader.variables({"values": values, "one": "-5"}) == {
        "values": [int(one) for one in values],
        "one": -5,
    }
    assert reader.read[:6] == values[:6]


async def test_words_are_not_read_one_by_one() -> None:
    reader = Reader()
    words = [2**64 - 1, 0, -(2**63), *range(5_000)]
    assert await reader.variables({"values": [str(word) for word in words]}) == {"values": words}
    assert await reader.variables({"values": words}) == {"values": words}
    assert reader.read == []


async def test_a_long_list_with_a_fault_is_refused_as_a_short_one_is() -> None:
    reader = Reader()
    (short,) = await reader.variables({"values": [DIGITS, "x"]})
    (long,) = await reader.variables({"values": [DIGITS] * 240 + ["x"]})
    assert long == short.replace("at 'value[1]'", "at 'value[240]'").replace("[1]", "[240]")
