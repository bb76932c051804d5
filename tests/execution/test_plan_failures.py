"""Null goes up from what fails exactly as far as the stock executor lets it go."""

import random
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema, execute_sync, parse, validate

from execution.executor import BoundOperation, DocumentExecutor
from execution.limits.document_limits import DocumentLimits
from tests.execution.operations_at_random import OperationMaker

SDL = """
scalar Odd
enum Letter { A B }
type Thing {
  number: Int required: Int! odd: Odd odds: [Odd!] text: String! letter: Letter letters: [Letter]!
  flag: Boolean ratio: Float!
  thing(n: Int = 1): Thing needed(n: Int!): Thing!
  some: [Thing] all: [Thing!] exactly(n: Int): [Thing!]! nested: [[Thing!]]! numbers: [[Int]!]
}
type Query {
  thing(n: Int): Thing needed: Thing! some(n: Int! = 3): [Thing] all: [Thing!]! number: Int!
}
"""


def _value(seed: int, coordinate: str, arguments: Any, kind: str) -> Any:
    """Return what a field resolves to: mostly what it should, at times null or an error."""
    rng = random.Random(f"{seed} {coordinate} {sorted(arguments.items())} {kind}")
    roll = rng.random()
    if roll < 0.05:
        return None
    if roll < 0.1:
        raise ValueError(f"{coordinate} of {seed}")
    inner = kind.removesuffix("!")
    if roll < 0.13 and inner != "Thing":
        return "awry" if inner != "String" else object
    if inner.startswith("["):
        return [
            _value(seed * 7 + number + 1, coordinate, {}, inner[1:-1])
            for number in range(rng.randrange(4))
        ]
    simple = {"Int": 2**31 if roll > 0.98 else seed, "String": "é", "Boolean": seed % 2 == 0}
    simple |= {"Float": 0.5, "Odd": seed, "Letter": rng.choice("ABC")}
    return simple.get(inner, seed * 3 + 1)


@dataclass(frozen=True)
class Resolver:
    """Resolves a field, one by one or together."""

    resolve: Any
    resolve_many: Any = None
    is_async: bool = False


def _schema() -> tuple[GraphQLSchema, dict[str, Resolver]]:
    """Return a schema for the stock executor, and its resolvers for plans."""
    schema = build_schema(SDL)
    resolvers = {}
    for parent in ("Query", "Thing"):
        for name, field in schema.get_type(parent).fields.items():  # type: ignore[union-attr]
            coordinate, kind = f"{parent}.{name}", str(field.type)

            def resolve(
                source: Any, context: Any, given: Any, made: Any = (coordinate, kind)
            ) -> Any:
                return _value(source or context, made[0], given, made[1])

            def resolve_many(sources: Any, context: Any, given: Any, one: Any = resolve) -> Any:
                return [_caught(one, *row, context) for row in zip(sources, given, strict=True)]

            field.resolve = lambda source, info, one=resolve, **given: one(
                source, info.context, given
            )
            resolvers[coordinate] = Resolver(resolve, resolve_many if len(name) % 2 else None)
    odd: Any = schema.get_type("Odd")
    odd.coerce_output_value = _odd
    return schema, resolvers


def _caught(one: Any, source: Any, given: Any, context: Any) -> Any:
    try:
        return one(source, context, given)
    except ValueError as error:
        return error


def _odd(value: Any) -> Any:
    if value % 2 == 0:
        raise ValueError(f"{value} is even")
    return None if value % 5 == 0 else value


SCHEMA, RESOLVERS = _schema()


def _numbers(rng: random.Random, coordinate: str, _kind: str) -> str:
    return str(rng.randrange(5)) if coordinate.startswith("Query") else str(len(coordinate) % 5)


async def _compare(seeds: range) -> int:
    executor = DocumentExecutor(SCHEMA, DocumentLimits(), resolvers=RESOLVERS)
    failed = 0
    for seed in seeds:
        rng = random.Random(seed)
        operation = OperationMaker(SCHEMA, rng).make()
        for context in (1, 2, 4):
            text = operation.text(rng, _numbers)
            values = operation.values(rng, _numbers)
            document = parse(text)
            if validate(SCHEMA, document):
                continue
            expected = execute_sync(SCHEMA, document, context_value=context, variable_values=values)
            bound = await executor.bind(text, values, None, context)
            if not isinstance(bound, BoundOperation):
                assert [e.formatted for e in bound.errors] == [
                    e.formatted for e in expected.errors or ()
                ]
                continue
            outcome = await bound.run()
            assert outcome.data == expected.data, f"seed {seed}: {text} {values}"
            assert sorted((e.formatted for e in outcome.errors), key=str) == sorted(
                (e.formatted for e in expected.errors or ()), key=str
            ), f"seed {seed}: {text} {values}"
            failed += bool(outcome.errors)
    assert not executor.runs["stock"]
    return failed


async def test_nulls_and_errors_are_those_of_the_stock_executor() -> None:
    assert await _compare(range(150)) > 150


@pytest.mark.slow
async def test_nulls_and_errors_are_those_of_the_stock_executor_at_length() -> None:
    await _compare(range(1_000, 7_000))
