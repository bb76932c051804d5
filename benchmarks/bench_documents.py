"""Measures what documents cost before they run, and what the limits save.

Run: python -m benchmarks.bench_documents [honest] [attacks] [unlimited]

``honest`` and ``attacks`` print the CPU milliseconds of each step that a document comes to, the
median of the rounds, and the verdict: the limit that refuses it, or how many errors validation
finds. ``unlimited`` prints what parsing and validating the attacks take without the limits, at most
``_PATIENCE`` seconds each.
"""

import gc
import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import TypeVar

from graphql import (
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    get_introspection_query,
    parse,
    validate,
)

from execution.documents.error_locations import locate_errors, release_text
from execution.limits.document_limits import DocumentLimits, check_document, check_text
from execution.limits.limited_parser import parse_within
from schema import build_schema

_ROUNDS = 3
_PATIENCE = 20
_LIMITS = DocumentLimits()

Result = TypeVar("Result")


def main() -> None:
    """Print what is asked for on the command line, everything if nothing is."""
    schema = build_schema(4_096)._schema
    wanted = sys.argv[1:] or ["honest", "attacks", "unlimited"]
    if "honest" in wanted:
        _print_limited(schema, honest())
    if "attacks" in wanted:
        _print_limited(schema, attacks())
    if "unlimited" in wanted:
        signal.signal(signal.SIGALRM, _give_up)
        for name, text in attacks():
            print(f"{name:44} {len(text):10,} B {_unlimited(schema, text)}", flush=True)


def honest() -> Iterator[tuple[str, str]]:
    """Yield documents that must pass, by name."""
    facts = " fragment F on Integer { value isPrime nextPrime previousPrime }"
    yield "one alias", aliases(1)
    yield "1,000 aliases", aliases(1_000)
    yield "10,000 aliases", aliases(10_000)
    yield "10,000 aliases of a fragment of 4", aliases(10_000, "...F") + facts
    yield "10,000 values in a literal", _literal("7 " * 10_000)
    yield "introspection by graphql-core", get_introspection_query()


def attacks() -> Iterator[tuple[str, str]]:
    """Yield documents made to cost more than they look, by name."""
    yield from _fragment_attacks()
    yield from _field_attacks()
    yield from _text_attacks()
    yield from _error_attacks()
    yield from _introspection_attacks()


def aliases(count: int, selections: str = "isPrime") -> str:
    """Return a batch of fresh questions."""
    fields = (f"a{n}: integer(value: {10**12 + n}) {{ {selections} }}" for n in range(count))
    return f"{{ {' '.join(fields)} }}"


def _fragment_attacks() -> Iterator[tuple[str, str]]:
    yield "fragment bomb, k = 20", _bomb(20)
    yield "fragment bomb, k = 50", _bomb(50)
    yield "fragment bomb, k = 190", _bomb(190)
    yield "fragment bomb, k = 150, 300 wide", _bomb(150, 300)
    yield "2,000 fragments, fields in conflict", _side_by_side(2_000, "a: integer(value: {0})")
    yield "10,000 fragments used", _side_by_side(10_000, "a{0}: integer(value: {0})")
    unused = " ".join(f"fragment F{n} on Query {{ __typename }}" for n in range(10_000))
    yield "10,000 fragments unused", f"{{ __typename }} {unused}"
    yield "180 fragments, each spreads all", _side_by_side(180, _spreads(180))
    pairs = " ".join(f"b{n}: isPrime" for n in range(450))
    yield "450 fields below 450 aliases", aliases(
        450, "...G"
    ) + f" fragment G on Integer {{{pairs}}}"
    fields = " ".join(f"b{n}: __typename" for n in range(40_000))
    users = " ".join(f"query Q{n} {{ ...B ...F{n} }}" for n in range(100))
    yield "100 operations share 40,000 fields", (
        f"{users} {_bodies(100, '__typename')}"
        f" fragment B on Query {{ b: integer(value: 1) {{ {fields} }} }}"
    )


def _field_attacks() -> Iterator[tuple[str, str]]:
    yield "90,000 times __typename", "{ " + "__typename " * 90_000 + "}"
    yield "20,000 times the same field", "{ " + "integer(value: 1) { isPrime } " * 20_000 + "}"
    nested = "isPrime"
    for _ in range(10):
        nested = f"neighbours {{ previous {{ {nested} }} previous {{ {nested} }} }}"
    yield "the same field twice, 10 deep", f"{{ integer(value: 1) {{ {nested} }} }}"
    inline = "isPrime"
    for _ in range(12):
        inline = f"... {{ {inline} }} ... {{ {inline} }}"
    yield "2^12 inline fragments", f"{{ integer(value: 1) {{ {inline} }} }}"
    yield "199 levels of inline fragments", "{ " + "... { " * 199 + "__typename" + " }" * 200
    both = 'aN: integer(value:"7"){ isPrime ... on Integer { isPrime } } '
    yield "3,000 times a field, its leaf in a fragment", "{ " + both * 3_000 + "}"
    yield "60,000 directives", "{ __typename " + "@x " * 60_000 + "}"
    yield "33,000 directives @include", "{ __typename " + "@include(if: true) " * 33_000 + "}"
    variables = " ".join(f"$v{n}: Int" for n in range(49_000))
    yield "49,000 variables, none used", f"query ({variables}) {{ __typename }}"
    yield "60,000 times the same argument", "{ integer(" + "value: 1 " * 60_000 + ") { isPrime } }"
    yield "198 levels of lists in a literal", _literal("[" * 198 + "]" * 198)
    yield "190,000 values in a literal", _literal("7 " * 190_000)
    entries = " ".join(f"a{n}: 1" for n in range(60_000))
    yield "60,000 entries of an object literal", _literal(f"{{ {entries} }}")
    operations = " ".join(f"query Q{n} {{ __typename }}" for n in range(30_000))
    yield "30,000 operations", operations


def _text_attacks() -> Iterator[tuple[str, str]]:
    yield "100,000 aliases", aliases(100_000)
    yield "10 MB of comments", "{ __typename }" + "#\n" * 5_000_000
    yield "1 MB of comments", "{ __typename }" + "#\n" * 500_000
    yield "1 MB of one comment", "{ __typename }#" + "x" * 1_000_000
    yield "1 MB of braces", "{" * 1_000_000
    yield "1 MB of one string", f'{{ integer(value: "{"7" * 1_000_000}") {{ isPrime }} }}'
    yield "1 MB of one integer", f"{{ integer(value: {'7' * 1_000_000}) {{ isPrime }} }}"
    yield "1 MB of one alias", f"{{ {'x' * 1_000_000}: __typename }}"


def _error_attacks() -> Iterator[tuple[str, str]]:
    unknown = " ".join(f"x{n}" for n in range(200))
    yield "200 unknown fields after 900,000 lines", "\n" * 900_000 + f"{{ {unknown} }}"
    twice = "@skip(if: true) " * 200
    yield "200 times a directive after 100,000 lines", "\n" * 100_000 + f"{{ __typename {twice}}}"
    named = f"query {'Q' * 900_000}({' '.join(f'$v{n}: Int' for n in range(100))})"
    yield "100 errors that repeat a name of 900 kB", named + " { __typename }"
    types = " ".join(f"... on iiioimimPimPPionRr{n} {{ a }}" for n in range(100))
    yield "100 unknown types, much like the known", f"{{ {types} }}"
    yield "10,000 unknown fields", aliases(10_000, "isPrim")


def _introspection_attacks() -> Iterator[tuple[str, str]]:
    deep = "fields { type { " * 90 + "name" + " } }" * 90
    yield "introspection, 180 levels", f"{{ __schema {{ types {{ {deep} }} }} }}"
    types = "types { fields { name args { name } } }"
    many = " ".join(f"a{n}: __schema {{ {types} }}" for n in range(5_000))
    yield "5,000 times introspection", f"{{ {many} }}"


def _bomb(length: int, width: int = 2) -> str:
    links = (
        f"fragment F{link} on Query {{ {f'...F{link + 1} ' * width}}}" for link in range(length)
    )
    return f"{{ ...F0 }} {' '.join(links)} fragment F{length} on Query {{ __typename }}"


def _side_by_side(count: int, body: str) -> str:
    return f"{{ {_spreads(count)} }} {_bodies(count, body)}"


def _spreads(count: int) -> str:
    return " ".join(f"...F{n}" for n in range(count))


def _bodies(count: int, body: str) -> str:
    return " ".join(f"fragment F{n} on Query {{ {body.format(n)} }}" for n in range(count))


def _literal(values: str) -> str:
    return f"{{ integers(values: [{values}]) {{ isPrime }} }}"


def _print_limited(schema: GraphQLSchema, documents: Iterator[tuple[str, str]]) -> None:
    """Print the steps of each document and their CPU milliseconds."""
    print(f"{'document':44} {'bytes':>10} {'all':>8} = text + parse + document + validate: verdict")
    for name, text in documents:
        rounds = [_limited(schema, text) for _ in range(_ROUNDS)]
        steps = [
            statistics.median(step) for step in zip(*(spent for spent, _ in rounds), strict=True)
        ]
        milliseconds = " + ".join(f"{step:.1f}" for step in steps)
        print(
            f"{name:44} {len(text):10,} {sum(steps):8.1f} = {milliseconds}: {rounds[0][1]}",
            flush=True,
        )


def _limited(schema: GraphQLSchema, text: str) -> tuple[list[float], str]:
    """Return the CPU milliseconds of the steps that the text comes to, and the verdict."""
    spent: list[float] = []
    if error := _timed(spent, lambda: check_text(text, _LIMITS)):
        return spent, error.message
    try:
        document = _timed(spent, lambda: parse_within(text, _LIMITS))
    except GraphQLError as problem:
        return spent, problem.message
    release_text(document)
    checked = _timed(spent, lambda: check_document(document, _LIMITS))
    if isinstance(checked, GraphQLError):
        return spent, checked.message
    errors = _timed(spent, lambda: validate(schema, document))
    locate_errors(errors, text)
    return spent, f"{len(errors)} errors"


def _timed(spent: list[float], step: Callable[[], Result]) -> Result:
    """Return what a step returns; append its CPU milliseconds."""
    gc.collect()
    start = time.process_time()
    try:
        return step()
    finally:
        spent.append((time.process_time() - start) * 1e3)


def _unlimited(schema: GraphQLSchema, text: str) -> str:
    """Return the CPU milliseconds of parsing and validating a text that nothing refuses."""
    spent: list[float] = []
    signal.alarm(_PATIENCE)
    try:
        document = _timed(spent, lambda: parse(text))
        _timed(spent, lambda: validate(schema, document))
    except TimeoutError:
        return f"    more than {_PATIENCE:,} s"
    except GraphQLSyntaxError as error:
        return f"{spent[0]:8.1f}: {error.message}"
    finally:
        signal.alarm(0)
    return f"{sum(spent):8.1f} = {' + '.join(f'{step:.1f}' for step in spent)}"


def _give_up(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError


if __name__ == "__main__":
    main()
