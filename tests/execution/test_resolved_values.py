"""What a resolver may return to graphql-core, it may return to both executors of this project."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLError, GraphQLSchema, Undefined, build_schema, execute, parse

from execution.executor import BoundOperation, DocumentExecutor
from execution.limits.document_limits import DocumentLimits

SDL = """
scalar Any
scalar Picky
type Thing { word: String! slow: String! quick: String! list: [Int] }
type Query {
  any: Any anys: [Any] word: String words: [String] needed: [String!] nested: [[String]!]
  picky: [Picky] thing: Thing things: [Thing] given(n: Int = 1, m: Int): Int
}
"""
BOTH = pytest.mark.parametrize("is_planned", [True, False], ids=["plan", "stock"])


@dataclass(frozen=True)
class Resolver:
    """Resolves a field of one object."""

    resolve: Any
    resolve_many: Any = None
    is_async: bool = False


class WordyError(Exception):
    """A String would take it for a value: its text is not that of a builtin class."""


def _schema(resolvers: dict[str, Any]) -> GraphQLSchema:
    schema = build_schema(SDL)
    picky: Any = schema.type_map["Picky"]
    picky.coerce_output_value = {1: "one"}.__getitem__
    for coordinate, made in resolvers.items():
        kind, name = coordinate.split(".")
        field = schema.type_map[kind].fields[name]  # type: ignore[attr-defined]
        field.resolve = lambda source, info, made=made, **given: made.resolve(
            source, info.context, given
        )
        for argument in field.args.values():
            argument.out_name = "out"
    return schema


async def answers(
    text: str, is_planned: bool, variables: dict[str, Any] | None = None, **resolve: Any
) -> tuple[Any, list[Any]]:
    """Return the data and errors of an operation, which must be those of graphql-core."""
    resolvers: dict[str, Resolver] = {}
    for name, function in resolve.items():
        coordinate = name.replace("_", ".")
        is_async = inspect.iscoroutinefunction(function)
        resolvers[coordinate] = Resolver(function, is_async=is_async)
    schema = _schema(resolvers)
    expected: Any = execute(schema, parse(text), variable_values=variables)
    if inspect.isawaitable(expected):
        expected = await expected
    made = resolvers if is_planned else None
    executor = DocumentExecutor(schema, DocumentLimits(), resolvers=made)
    bound = await executor.bind(text, variables, None, None)
    assert isinstance(bound, BoundOperation)
    assert bound.plan.is_stock is not is_planned
    outcome = await bound.run()
    errors = [error.formatted for error in outcome.errors]
    assert (outcome.data, errors) == (
        expected.data,
        [error.formatted for error in expected.errors or ()],
    )
    return outcome.data, errors


async def _later(value: Any) -> Any:
    await asyncio.sleep(0)
    if isinstance(value, Exception):
        raise value
    return value


def _failing(*items: Any) -> Iterator[Any]:
    yield from items
    raise ValueError("no more")


async def _stream(*items: Any) -> AsyncIterator[Any]:
    for item in items:
        if isinstance(item, Exception):
            raise item
        yield item


@BOTH
async def test_awaitables_in_lists(is_planned: bool) -> None:
    values = lambda *_: ["a", _later("b"), _later(ValueError("c")), _later(None)]  # noqa: E731
    data, errors = await answers("{ words }", is_planned, Query_words=values)
    assert data == {"words": ["a", "b", None, None]}
    assert [error["path"] for error in errors] == [["words", 2]]


@BOTH
async def test_awaitables_of_a_scalar_that_takes_anything(is_planned: bool) -> None:
    found = await answers("{ anys }", is_planned, Query_anys=lambda *_: [_later(1), 2])
    assert found == ({"anys": [1, 2]}, [])


@BOTH
async def test_field_that_is_not_declared_to_wait(is_planned: bool) -> None:
    thing = lambda *_: _later({"word": "w"})  # noqa: E731
    word = lambda source, *_: source["word"]  # noqa: E731
    found = await answers("{ thing { word } }", is_planned, Query_thing=thing, Thing_word=word)
    assert found == ({"thing": {"word": "w"}}, [])


@BOTH
async def test_asynchronous_iterables(is_planned: bool) -> None:
    values = lambda *_: [_stream("a", _later("b")), _stream(), ["c"]]  # noqa: E731
    found = await answers("{ nested }", is_planned, Query_nested=values)
    assert found == ({"nested": [["a", "b"], [], ["c"]]}, [])


@BOTH
async def test_asynchronous_iterable_that_fails(is_planned: bool) -> None:
    values = lambda *_: _stream("a", [], ValueError("no more"))  # noqa: E731
    data, errors = await answers("{ words }", is_planned, Query_words=values)
    assert data == {"words": None}
    assert [error["path"] for error in errors] == [["words", 1], ["words"]]


@BOTH
async def test_iterator_that_fails(is_planned: bool) -> None:
    data, errors = await answers("{ words }", is_planned, Query_words=lambda *_: _failing("a", []))
    assert data == {"words": None}
    assert [error["path"] for error in errors] == [["words", 1], ["words"]]


@BOTH
async def test_iterator_whose_item_fails_first(is_planned: bool) -> None:
    values = lambda *_: _failing("a", None)  # noqa: E731
    data, errors = await answers("{ needed }", is_planned, Query_needed=values)
    assert data == {"needed": None}
    assert [error["path"] for error in errors] == [["needed", 1]]


@BOTH
@pytest.mark.parametrize("name", ["any", "word", "thing"])
async def test_undefined_is_null(name: str, is_planned: bool) -> None:
    text = f"{{ {name} {'{ word }' if name == 'thing' else ''} }}"
    made: Any = {f"Query_{name}": lambda *_: Undefined, "Thing_word": lambda *_: "w"}
    assert await answers(text, is_planned, **made) == ({name: None}, [])


@BOTH
async def test_undefined_in_lists_is_null(is_planned: bool) -> None:
    values = lambda *_: ["a", Undefined]  # noqa: E731
    assert await answers("{ words }", is_planned, Query_words=values) == (
        {"words": ["a", None]},
        [],
    )


@BOTH
async def test_exception_in_a_list_is_no_string(is_planned: bool) -> None:
    values = lambda *_: ["a", WordyError("w")]  # noqa: E731
    data, errors = await answers("{ words }", is_planned, Query_words=values)
    assert (data, errors[0]["message"]) == ({"words": ["a", None]}, "w")


@BOTH
async def test_scalar_that_raises_what_it_likes(is_planned: bool) -> None:
    data, errors = await answers("{ picky }", is_planned, Query_picky=lambda *_: [1, 2])
    assert data == {"picky": ["one", None]}
    assert [error["path"] for error in errors] == [["picky", 1]]


@BOTH
async def test_error_that_was_located_before(is_planned: bool) -> None:
    def fail(*_: Any) -> Any:
        raise GraphQLError("far away", path=["there", 3])

    _, errors = await answers("{ word }", is_planned, Query_word=fail)
    assert errors == [{"message": "far away", "path": ["there", 3]}]


@BOTH
async def test_arguments_are_called_as_the_schema_says(is_planned: bool) -> None:
    text = "query ($n: Int) { a: given(n: $n) b: given(n: 4) c: given }"
    found = await answers(text, is_planned, {"n": 3}, Query_given=lambda _s, _c, one: one["out"])
    assert found == ({"a": 3, "b": 4, "c": 1}, [])


@BOTH
async def test_failure_at_once_is_told_before_one_that_is_awaited(is_planned: bool) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(0)
        raise ValueError("slow")

    def quick(*_: Any) -> Any:
        raise ValueError("quick")

    made: Any = {"Query_thing": lambda *_: 1, "Thing_slow": slow, "Thing_quick": quick}
    data, errors = await answers("{ thing { slow quick } }", is_planned, **made)
    assert (data, [error["message"] for error in errors]) == ({"thing": None}, ["quick"])


@BOTH
async def test_nothing_is_told_below_a_null_that_came_before(is_planned: bool) -> None:
    async def slow(*_: Any) -> Any:
        await asyncio.sleep(0)
        return [1, "none", 2]

    def quick(*_: Any) -> Any:
        raise ValueError("quick")

    made: Any = {"Query_thing": lambda *_: 1, "Thing_list": slow, "Thing_quick": quick}
    data, errors = await answers("{ thing { list quick } }", is_planned, **made)
    assert (data, [error["message"] for error in errors]) == ({"thing": None}, ["quick"])
