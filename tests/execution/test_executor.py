"""How far each operation comes, on a schema that knows nothing of primes."""

import asyncio
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema

from execution.executor import DocumentExecutor, Outcome, Phase
from execution.limits.document_limits import DocumentLimits
from execution.output.encoding import encode


def _schema() -> GraphQLSchema:
    schema = build_schema("type Query { now: Int later: Int broken: Int! echo(n: Int!): Int }")

    async def later(*_: Any) -> int:
        await asyncio.sleep(0)
        return 2

    def broken(*_: Any) -> int:
        raise ValueError("no")

    assert schema.query_type is not None
    fields = schema.query_type.fields
    fields["now"].resolve = lambda *_: 1
    fields["later"].resolve = later
    fields["broken"].resolve = broken
    fields["echo"].resolve = lambda _source, _info, n: n
    return schema


EXECUTOR = DocumentExecutor(_schema(), DocumentLimits(tokens=60, depth=1))


async def run(
    text: str,
    variables: dict[str, Any] | None,
    operation_name: str | None,
    context: Any,
) -> Outcome:
    bound = await EXECUTOR.bind(text, variables, operation_name, context)
    return bound if isinstance(bound, Outcome) else await bound.run()


@pytest.mark.parametrize(
    ("document", "phase"),
    [
        ("{", Phase.PARSING),
        ("", Phase.PARSING),
        ("{ " + "now " * 60 + "}", Phase.PARSING),
        ("{ never }", Phase.VALIDATION),
        ("fragment F on Query { now }", Phase.VALIDATION),
        ("query A { now } query B { now }", Phase.OPERATION),
        ("query ($n: Int!) { echo(n: $n) }", Phase.VARIABLES),
        ("{ now }", Phase.EXECUTION),
        ("{ broken }", Phase.EXECUTION),
    ],
)
async def test_phase_reached(document: str, phase: Phase) -> None:
    outcome = await run(document, None, None, None)
    assert outcome.phase is phase
    assert (outcome.data is None) == (phase is not Phase.EXECUTION or "broken" in document)


async def test_plain_and_awaited_fields_together() -> None:
    outcome = await run("{ now later }", None, None, None)
    assert (outcome.data, list(outcome.errors)) == ({"now": 1, "later": 2}, [])


async def test_variables_reach_the_field() -> None:
    document = "query ($n: Int!) { echo(n: $n) }"
    outcome = await run(document, {"n": 7}, None, None)
    assert outcome.data == {"echo": 7}


async def test_operation_name_chooses() -> None:
    document = "query A { now } query B { later }"
    assert (await run(document, None, "B", None)).data == {"later": 2}


@pytest.mark.parametrize(
    ("document", "name", "message"),
    [
        ("query A { now } query B { now }", None, "operationName must say which"),
        ("query A { now }", "B", 'no operation in the document is called "B"'),
        ("query A { now }", 'B" ' * 99, "operationName is no name that an operation could have"),
    ],
)
async def test_says_why_no_operation_was_chosen(
    document: str, name: str | None, message: str
) -> None:
    outcome = await run(document, None, name, None)
    assert message in outcome.errors[0].message


def test_encoding_is_json_in_utf8() -> None:
    assert encode({"n": ["18446744073709551616", 1, None, "é"]}) == (
        '{"n":["18446744073709551616",1,null,"é"]}'.encode()
    )


async def test_text_beyond_the_limit_is_not_looked_for() -> None:
    executor = DocumentExecutor(_schema(), DocumentLimits(bytes=40))
    text = "{ __typename } #" + " 1" * 20
    for _ in range(2):
        refused = await executor.bind(text, None, None, None)
        assert isinstance(refused, Outcome)
        assert refused.errors[0].extensions == {"code": "MAX_BYTES_LIMIT"}
    assert (executor.is_known(text), dict(executor.documents)) == (False, {})
