"""The guide and the reference say what is true: every block runs and prints what follows it.

A block of GraphQL, shell, JavaScript or Python is followed by its answer, JSON or text. Blocks of
one language are one program in several parts, except for the shell's. A block of ``env`` holds
settings, and its section is answered by a server that has them.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scripts.make_reference import (
    COMMAND,
    EXAMPLES_FOLDER,
    PAGE,
    SDL_FILE,
    ExampleError,
    pretty,
    read_examples,
    reference,
)
from tests.server import RunningServer, running_server
from tests.waiting import PROCESS_SECONDS

DOCS = Path(__file__).parents[1] / "docs"
BLOCK = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ADDRESS = "http://localhost:8000"
SEPARATOR = "---- next block ----"

Settings = tuple[tuple[str, str], ...]
ServerOf = Callable[[Settings], RunningServer]


@dataclass(frozen=True)
class Example:
    """A block to run and what it prints, of ``kind`` json or text.

    ``settings`` are those of its section.
    """

    section: str
    settings: Settings
    language: str
    code: str
    variables: Any
    kind: str
    answer: str


def _examples(page: str) -> Iterator[Example]:
    """Yield the examples of a page; every block has to be of one."""
    for section in re.split(r"^#+ ", page, flags=re.MULTILINE):
        blocks = [(found[1], found[2]) for found in BLOCK.finditer(section)]
        environment = "".join(code for language, code in blocks if language == "env")
        settings = tuple(
            (name, value)
            for name, _, value in (line.partition("=") for line in environment.splitlines())
        )
        runnable = iter(block for block in blocks if block[0] != "env")
        for language, code in runnable:
            assert language in ("graphql", "sh", "js", "python"), f"{language} is not run:\n{code}"
            kind, answer = next(runnable)
            variables = None
            if kind == "json variables":
                variables = json.loads(answer)
                kind, answer = next(runnable)
            assert kind in ("json", "text"), f"no answer follows:\n{code}"
            title = section.partition("\n")[0]
            yield Example(title, settings, language, code, variables, kind, answer)


EXAMPLES = list(_examples((DOCS / "api.md").read_text()))


def _of(language: str) -> list[Example]:
    return [example for example in EXAMPLES if example.language == language]


def _name(example: Example) -> str:
    return example.section.replace(" ", "-").lower()


def _lines(printed: str) -> list[str]:
    """Return lines without what HTTP's headers end with, and without empty ones at the end."""
    return [line.rstrip() for line in printed.rstrip().splitlines()]


def _run(command: Sequence[str], code: str) -> str:
    """Return what a program prints."""
    done = subprocess.run(
        [*command, code], capture_output=True, text=True, timeout=PROCESS_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def server_of(server: RunningServer) -> Iterator[ServerOf]:
    """Return servers by their settings, each started when it is first asked for."""
    with ExitStack() as stack:
        started: dict[Settings, RunningServer] = {(): server}

        def started_with(settings: Settings) -> RunningServer:
            if settings not in started:
                started[settings] = stack.enter_context(running_server(dict(settings)))
                # Killed, it would leave behind a worker that the deadline has just given up on.
                stack.callback(started[settings].terminate)
            return started[settings]

        yield started_with


@pytest.mark.parametrize("example", _of("graphql"), ids=_name)
def test_query_gives_its_answer(server_of: ServerOf, example: Example) -> None:
    answer = server_of(example.settings).post(example.code, example.variables)
    assert answer.json() == json.loads(example.answer)


@pytest.mark.parametrize("example", _of("sh"), ids=_name)
def test_command_prints_its_answer(server_of: ServerOf, example: Example) -> None:
    code = example.code.replace(ADDRESS, server_of(example.settings).url)
    printed = _run(["sh", "-eu", "-c"], code)
    if example.kind == "json":
        assert json.loads(printed) == json.loads(example.answer)
    else:
        assert _lines(printed) == _lines(example.answer)


@pytest.mark.parametrize(
    ("language", "command", "separator"),
    [
        ("python", [sys.executable, "-c"], f"print({SEPARATOR!r})\n"),
        ("js", ["node", "--input-type=module", "-e"], f"console.log({SEPARATOR!r});\n"),
    ],
    ids=["python", "js"],
)
def test_program_prints_its_answers(
    server: RunningServer, language: str, command: list[str], separator: str
) -> None:
    parts = _of(language)
    code = separator.join(part.code for part in parts).replace(ADDRESS, server.url)
    printed = _run(command, code).split(SEPARATOR + "\n")
    assert list(map(_lines, printed)) == [_lines(part.answer) for part in parts]


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = BLOCK.sub("", page.read_text())
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", ["api.md", "reference.md"])
def test_links_to_headings_resolve(page: str) -> None:
    links = re.findall(r"\]\(([\w.]*)#([^)]+)\)", (DOCS / page).read_text())
    assert len(links) > 10
    missing = {
        (name, anchor) for name, anchor in links if anchor not in _anchors(DOCS / (name or page))
    }
    assert missing == set()


def test_reference_is_what_the_schema_says_now() -> None:
    with running_server({}) as server:  # with the limits that the page shows
        page = reference(
            SDL_FILE.read_text(),
            read_examples(EXAMPLES_FOLDER),
            lambda document: server.post(document).json(),
        )
    assert PAGE.read_text() == page, f"docs/reference.md is not current: run {COMMAND}"


def _answer(_document: str) -> Mapping[str, Any]:
    """Answer whatever is asked."""
    return {"data": {}}


def test_new_field_of_query_needs_an_example() -> None:
    sdl = SDL_FILE.read_text().replace("type Query {", "type Query {\n  moon: Int", 1)
    with pytest.raises(
        ExampleError, match=r"Query\.moon has no example.*/moon\.graphql; run python"
    ):
        reference(sdl, read_examples(EXAMPLES_FOLDER), _answer)


@pytest.mark.parametrize(
    ("examples", "answer", "message"),
    [
        ({"a": ["{ a }"], "b": ["{ b }"]}, {"data": {}}, r"b\.\*graphql is of no field of Query"),
        ({"a": ["{ a }"]}, {"errors": [{"message": "no"}]}, r"an example of Query\.a fails: .*no"),
    ],
)
def test_example_that_shows_nothing_is_refused(
    examples: Mapping[str, Sequence[str]], answer: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(ExampleError, match=message):
        reference("type Query { a: Int }", examples, lambda _document: answer)


NEW_SDL = '''
"""What it costs."""
directive @cost("Points." weight: String! = "1") on ARGUMENT_DEFINITION | FIELD_DEFINITION

type Query {
  a("How many | or few." n: [Int!]! = [1] @cost(weight: "2")): [[U!]]! @cost(weight: "3")
}
interface Node { "Its name." id: ID! }
type Leaf implements Node { id: ID! @deprecated(reason: "Use a.") }
union U = Leaf
"A choice." input Choice { "Which." kind: Kind = NEW }
enum Kind { "Fresh." NEW OLD @deprecated }
'''


@pytest.mark.parametrize(
    "line",
    [
        "`a(n: [Int!]! = [1])`: [`[[U!]]!`](#u)",
        '`@cost(weight: "3")`',
        '- `n`: How many \\| or few. `@cost(weight: "2")`',
        "### @cost",
        "On ARGUMENT_DEFINITION, FIELD_DEFINITION.",
        '| `weight` | `String!` `= "1"` | Points. |',
        "Implements [`Node`](#node).",
        "| `id` | `ID!` | Its name. |",
        '| `id` | `ID!` | `@deprecated(reason: "Use a.")` |',
        "One of [`Leaf`](#leaf).",
        "| `kind` | [`Kind`](#kind) `= NEW` | Which. |",
        "| `NEW` | Fresh. |",
        "| `OLD` | `@deprecated` |",
    ],
)
def test_reference_prints_whatever_a_schema_may_have(line: str) -> None:
    assert line in reference(NEW_SDL, {"a": ["{ a }"]}, _answer).splitlines()


def test_answers_are_laid_out_without_a_change() -> None:
    answer = {"data": {"a": [{"b": "x" * 60, "c": [1, None, 1.5]}, {}, []], "k" * 40: [["é"] * 9]}}
    laid_out = pretty(answer)
    assert json.loads(laid_out) == answer
    assert max(map(len, laid_out.splitlines())) <= 90
