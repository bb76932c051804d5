"""Make docs/reference.md from the SDL and from the examples beside this script.

    python -m scripts.make_reference

Every field of Query needs an example, ``reference_examples/<field>.graphql``; more of them are
called ``<field>.<subject>.graphql``. Their answers are asked of a server with default settings.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from graphql import (
    DefinitionNode,
    DirectiveDefinitionNode,
    DirectiveNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    parse,
    print_ast,
)

from tests.server import running_server

ROOT = Path(__file__).parents[1]
SDL_FILE = ROOT / "schema" / "schema.graphql"
EXAMPLES_FOLDER = Path(__file__).parent / "reference_examples"
PAGE = ROOT / "docs" / "reference.md"
COMMAND = "python -m scripts.make_reference"

QUERY = "Query"
BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})
SECTIONS: Mapping[type[DefinitionNode], str] = {
    ObjectTypeDefinitionNode: "Objects",
    InterfaceTypeDefinitionNode: "Interfaces",
    UnionTypeDefinitionNode: "Unions",
    InputObjectTypeDefinitionNode: "Inputs",
    EnumTypeDefinitionNode: "Enums",
    ScalarTypeDefinitionNode: "Scalars",
    DirectiveDefinitionNode: "Directives",
}
# Columns of an answer up to which an object or a list stays on one line.
LINE_COLUMNS = 90
INTRODUCTION = f"""\
# Reference

Every field, argument and type, with the answers of a server with default settings. How to use them
is in [api.md](api.md), what an error code means in [errors.md](errors.md); the schema itself is
[schema.graphql](../schema/schema.graphql). This page is printed by `{COMMAND}`.
"""

Ask = Callable[[str], Mapping[str, Any]]
Row = Sequence[str]


class ExampleError(Exception):
    """The examples do not fit the schema; the message says what to do."""


def read_examples(folder: Path) -> dict[str, list[str]]:
    """Return the examples in ``folder`` by the field of Query that they show."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*.graphql"), key=lambda path: path.stem):
        found.setdefault(path.name.partition(".")[0], []).append(path.read_text().strip())
    return found


def reference(sdl: str, examples: Mapping[str, Sequence[str]], ask: Ask) -> str:
    """Return the page.

    Args:
        sdl: The schema; directives applied in it are printed where they stand.
        examples: Documents by field of Query.
        ask: Returns the decoded response to a document.

    Raises:
        ExampleError: A field of Query has no example, or an example has no field or an error.
    """
    definitions = list(parse(sdl).definitions)
    query = next(
        node
        for node in definitions
        if isinstance(node, ObjectTypeDefinitionNode) and node.name.value == QUERY
    )
    _check_examples(query, examples)
    definitions.remove(query)
    fields = query.fields or ()
    names = [field.name.value for field in fields]
    listed = ", ".join(f"[{name}](#{QUERY.lower()}{name.lower()})" for name in names)
    parts = [INTRODUCTION, f"## {QUERY}\n", f"{_meaning(query)} {listed}.\n"]
    for field in fields:
        parts += _root_field(field, examples[field.name.value], ask)
    for kind, title in SECTIONS.items():
        parts += _section(title, [node for node in definitions if type(node) is kind])
    return "\n".join(parts)


def _check_examples(query: ObjectTypeDefinitionNode, examples: Mapping[str, Any]) -> None:
    """Refuse examples that leave out a field of Query, or are of none."""
    fields = [field.name.value for field in query.fields or ()]
    for name in fields:
        if name not in examples:
            raise ExampleError(
                f"{QUERY}.{name} has no example in the reference: write one, whose answer is the"
                f" same each time, to scripts/reference_examples/{name}.graphql; run {COMMAND}"
            )
    for name in examples:
        if name not in fields:
            raise ExampleError(
                f"scripts/reference_examples/{name}.*graphql is of no field of {QUERY}: rename or"
                f" remove it; run {COMMAND}"
            )


def _root_field(field: FieldDefinitionNode, examples: Sequence[str], ask: Ask) -> Iterator[str]:
    """Yield what the page says about one field of Query."""
    arguments = field.arguments or ()
    listed = ", ".join(map(_argument, arguments))
    signature = f"`{field.name.value}({listed})`" if listed else f"`{field.name.value}`"
    yield f"### {QUERY}.{field.name.value}\n"
    yield f"{signature}: {_type_link(field.type)}\n"
    yield f"{_meaning(field)}\n"
    if arguments:
        lines = [f"- `{argument.name.value}`: {_meaning(argument)}" for argument in arguments]
        yield "\n".join(lines) + "\n"
    for document in examples:
        answer = ask(document)
        if "errors" in answer:
            raise ExampleError(f"an example of {QUERY}.{field.name.value} fails: {answer}")
        yield f"```graphql\n{document}\n```\n```json\n{pretty(answer)}\n```\n"


def _section(title: str, definitions: Sequence[Any]) -> Iterator[str]:
    """Yield what the page says about the definitions of one kind, in the order of their names."""
    if not definitions:
        return
    yield f"## {title}\n"
    for node in sorted(definitions, key=lambda node: str(node.name.value)):
        yield from _definition(node)


def _definition(node: Any) -> Iterator[str]:
    """Yield what the page says about one type or directive."""
    is_directive = isinstance(node, DirectiveDefinitionNode)
    yield f"### {'@' if is_directive else ''}{node.name.value}\n"
    yield f"{_meaning(node)}\n"
    if is_directive:
        yield f"On {', '.join(location.value for location in node.locations)}.\n"
    if interfaces := getattr(node, "interfaces", None):
        yield f"Implements {', '.join(map(_type_link, interfaces))}.\n"
    if isinstance(node, UnionTypeDefinitionNode):
        yield f"One of {', '.join(map(_type_link, node.types or ()))}.\n"
    if values := getattr(node, "values", None):
        rows = [(f"`{value.name.value}`", _meaning(value)) for value in values]
        yield _table(("value", "meaning"), rows)
    if fields := getattr(node, "fields", None):
        yield _table(("field", "type", "meaning"), map(_row, fields))
    if arguments := getattr(node, "arguments", None):
        yield _table(("argument", "type", "meaning"), map(_row, arguments))


def _row(node: FieldDefinitionNode | InputValueDefinitionNode) -> Row:
    """Return the cells of a field or an input value; a field's arguments go with its meaning."""
    kind, meaning = _type_link(node.type), [_meaning(node)]
    if isinstance(node, InputValueDefinitionNode):
        kind += f" `{_default(node).strip()}`" if node.default_value else ""
    else:
        arguments = node.arguments or ()
        meaning += [f"`{_argument(argument)}` {_meaning(argument)}" for argument in arguments]
    return f"`{node.name.value}`", kind, "<br>".join(meaning)


def _table(head: Row, rows: Iterable[Row]) -> str:
    """Return a table and an empty line."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _argument(argument: InputValueDefinitionNode) -> str:
    """Return an argument as the SDL has it, without its description and directives."""
    return f"{argument.name.value}: {print_ast(argument.type)}{_default(argument)}"


def _default(argument: InputValueDefinitionNode) -> str:
    """Return " = default", or nothing if there is none."""
    value = argument.default_value
    return "" if value is None else f" = {print_ast(value)}"


def _type_link(node: TypeNode) -> str:
    """Return a type that links to where it is described."""
    text = print_ast(node)
    while not isinstance(node, NamedTypeNode):
        node = node.type  # type: ignore[attr-defined]  # a list or what is not null
    name = node.name.value
    return f"`{text}`" if name in BUILT_IN else f"[`{text}`](#{name.lower()})"


def _meaning(node: Any) -> str:
    """Return the description of a node and the directives applied to it, on one line."""
    text = " ".join(node.description.value.split()) if node.description else ""
    for character in "|<*":
        text = text.replace(character, f"\\{character}")
    directives: Sequence[DirectiveNode] = getattr(node, "directives", None) or ()
    return " ".join(filter(None, [text, *(f"`{print_ast(applied)}`" for applied in directives)]))


def pretty(value: Any, indent: str = "", used: int = 0) -> str:
    """Return JSON in which every object and list that fits a line stands on one.

    Args:
        value: What ``json.dumps`` takes.
        indent: The spaces that its lines begin with.
        used: The columns of the key before it.
    """
    short = _on_one_line(value)
    if not isinstance(value, dict | list) or len(indent) + used + len(short) < LINE_COLUMNS:
        return short
    deeper = indent + "  "
    if isinstance(value, list):
        lines = [pretty(item, deeper) for item in value]
    else:
        lines = [f'"{key}": {pretty(item, deeper, len(key) + 4)}' for key, item in value.items()]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    return f"{opening}\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}{closing}"


def _on_one_line(value: Any) -> str:
    """Return JSON on one line, with spaces inside the braces."""
    if isinstance(value, list):
        return f"[{', '.join(map(_on_one_line, value))}]"
    if isinstance(value, dict) and value:
        pairs = (f'"{key}": {_on_one_line(item)}' for key, item in value.items())
        return f"{{ {', '.join(pairs)} }}"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Write the page."""
    with running_server() as server:
        page = reference(
            SDL_FILE.read_text(),
            read_examples(EXAMPLES_FOLDER),
            lambda document: server.post(document).json(),
        )
    PAGE.write_text(page)


if __name__ == "__main__":
    main()
