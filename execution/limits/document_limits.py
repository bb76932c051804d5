"""What a document may ask of the parser, of validation and of execution, whatever it says.

graphql-core takes longer than in proportion to the document for some of it: fields that merge,
fragments shared by many operations, introspection. What is refused here is refused before that, in
time linear in the document. Batches are not limited as such: aliases with names of their own count
for nothing but their tokens and fields.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
)

from execution.limits.document_tokens import count_tokens
from execution.limits.expansion import CEILING, Expansion, expand, introspect
from execution.limits.field_merges import count_merges
from execution.limits.fragment_graph import FragmentGraph
from execution.limits.selection_tree import Definition, longest_name, read_definitions


class LimitCode(enum.StrEnum):
    """``extensions.code`` of a document beyond a limit."""

    BYTES = "MAX_BYTES_LIMIT"
    TOKENS = "MAX_TOKENS_LIMIT"
    COMMENTS = "MAX_COMMENTS_LIMIT"
    DIRECTIVES = "MAX_DIRECTIVES_LIMIT"
    OPERATIONS = "MAX_OPERATIONS_LIMIT"
    FRAGMENTS = "MAX_FRAGMENTS_LIMIT"
    VARIABLES = "MAX_VARIABLES_LIMIT"
    ARGUMENTS = "MAX_ARGUMENTS_LIMIT"
    OBJECT_FIELDS = "MAX_OBJECT_FIELDS_LIMIT"
    VALUE_DEPTH = "MAX_VALUE_DEPTH_LIMIT"
    SHARED_FRAGMENTS = "MAX_SHARED_FRAGMENTS_LIMIT"
    NAME_LENGTH = "MAX_NAME_LENGTH_LIMIT"
    FRAGMENT_VISITS = "MAX_FRAGMENT_VISITS_LIMIT"
    FIELDS = "MAX_FIELDS_LIMIT"
    DEPTH = "MAX_DEPTH_LIMIT"
    INTROSPECTION_DEPTH = "MAX_INTROSPECTION_DEPTH_LIMIT"
    INTROSPECTION_VALUES = "MAX_INTROSPECTION_VALUES_LIMIT"
    FIELD_MERGES = "MAX_FIELD_MERGES_LIMIT"


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """The most that one document may have; ``python -m benchmarks.bench_documents`` chose them.

    Attributes:
        bytes: In UTF-8.
        tokens: As the specification counts them, without comments. 10,000 aliases of
            ``aN: integer(value: N) { isPrime }`` are 110,002.
        comments: Each costs the lexer about 1.5 microseconds.
        directives: Applied to fields, fragments, operations and variables.
        operations: Each is validated with all that it spreads.
        fragments: Definitions of them.
        variables: Of all operations together; a batch may have one for each of its aliases.
        arguments: Of one field or directive.
        object_fields: Entries of all objects in literals; no argument takes an object.
        value_depth: Levels of lists and objects in one literal; no argument takes more than one.
        shared_fragments: Characters of fragments times operations, if there are several:
            validation hashes a fragment anew for each operation that spreads it.
        name_length: Characters of a response name, or the name of an operation or fragment. Each
            item of a list repeats response names, and each error its path.
        fragment_visits: How often a fragment is entered, were every spread expanded.
        fields: Fields selected, were every spread expanded; lists multiply them when they run.
        depth: Fields below each other, introspection apart; 4 where no type comes twice.
        introspection_depth: Fields of introspection below each other; the query of
            graphql-core and GraphiQL has 15.
        introspection_values: An estimate of how many values introspection answers; for that
            same query it is 29,000.
        field_merges: Pairs of fields, or fragments, that meet and must be compared, each 4 to 10
            microseconds of validation.
    """

    bytes: int = 1_048_576
    tokens: int = 200_000
    comments: int = 10_000
    directives: int = 1_000
    operations: int = 100
    fragments: int = 1_000
    variables: int = 10_000
    arguments: int = 100
    object_fields: int = 1_000
    value_depth: int = 10
    shared_fragments: int = 1_000_000
    name_length: int = 200
    fragment_visits: int = 20_000
    fields: int = 200_000
    depth: int = 20
    introspection_depth: int = 20
    introspection_values: int = 60_000
    field_merges: int = 10_000


_COUNTED: Mapping[LimitCode, str] = MappingProxyType(
    {
        LimitCode.BYTES: "bytes",
        LimitCode.TOKENS: "tokens",
        LimitCode.COMMENTS: "comments",
        LimitCode.DIRECTIVES: "directives",
        LimitCode.OPERATIONS: "operations",
        LimitCode.FRAGMENTS: "definitions of fragments",
        LimitCode.VARIABLES: "variables",
        LimitCode.ARGUMENTS: "arguments of one field or directive",
        LimitCode.OBJECT_FIELDS: "entries of objects",
        LimitCode.VALUE_DEPTH: "levels of lists and objects in one value",
        LimitCode.SHARED_FRAGMENTS: "characters of fragments times operations",
        LimitCode.NAME_LENGTH: "characters in one name",
        LimitCode.FRAGMENT_VISITS: "visits to fragments",
        LimitCode.FIELDS: "fields, its fragments expanded",
        LimitCode.DEPTH: "levels of fields",
        LimitCode.INTROSPECTION_DEPTH: "levels of introspection fields",
        LimitCode.INTROSPECTION_VALUES: "values of introspection, as estimated",
        LimitCode.FIELD_MERGES: "pairs of fields or fragments to merge",
    }
)
Count = tuple[LimitCode, int, int]


def check_text(text: str, limits: DocumentLimits) -> GraphQLError | None:
    """Return why a text is refused before it is parsed, or None.

    Cost: linear in the text, at most 70 ms for a mebibyte; 10 ms for 10,000 aliases.
    """
    return _first_beyond(_count_text(text, limits))


def check_document(document: DocumentNode, limits: DocumentLimits) -> Expansion | GraphQLError:
    """Return what a document that ``parse_within`` has passed comes to, or why it is refused.

    What is invalid, such as a cycle of fragments, is left to validation.

    Cost: linear in the document and in ``limits.fields``; 45 ms for 10,000 aliases.
    """
    definitions = read_definitions(document)
    graph = FragmentGraph(definitions)
    expansion = expand(graph)
    counts = _count_document(document, definitions, graph, expansion, limits)
    return _first_beyond(counts) or expansion


def _count_text(text: str, limits: DocumentLimits) -> Iterator[Count]:
    """Yield what a text has, cheapest first."""
    # UTF-8 has at least one byte a character: so a long text is refused without encoding it.
    yield LimitCode.BYTES, len(text), limits.bytes
    yield LimitCode.BYTES, len(text.encode("utf-8", "surrogatepass")), limits.bytes
    count = count_tokens(text)
    yield LimitCode.TOKENS, count.tokens, limits.tokens
    yield LimitCode.COMMENTS, count.comments, limits.comments
    yield LimitCode.DIRECTIVES, count.directives, limits.directives


def depth_of(document: DocumentNode) -> int:
    """Return how many fields stand below each other, fragments expanded; of introspection none.

    Cost: linear in the document.
    """
    return expand(FragmentGraph(read_definitions(document))).depth


def _count_document(
    document: DocumentNode,
    definitions: Sequence[Definition],
    graph: FragmentGraph,
    expansion: Expansion,
    limits: DocumentLimits,
) -> Iterator[Count]:
    """Yield what a document has; each count is only taken if those before it are within limits."""
    operations = sum(isinstance(node, OperationDefinitionNode) for node in document.definitions)
    if operations > 1:
        shared = operations * _fragment_characters(document)
        yield LimitCode.SHARED_FRAGMENTS, shared, limits.shared_fragments
    yield LimitCode.NAME_LENGTH, longest_name(document, definitions), limits.name_length
    yield LimitCode.FRAGMENT_VISITS, expansion.visits, limits.fragment_visits
    yield LimitCode.FIELDS, expansion.fields, limits.fields
    yield LimitCode.DEPTH, expansion.depth, limits.depth
    asked = introspect(graph)
    yield LimitCode.INTROSPECTION_DEPTH, asked.depth, limits.introspection_depth
    yield LimitCode.INTROSPECTION_VALUES, asked.values, limits.introspection_values
    # Its time is linear in the fields, known by now to be within their limit.
    yield LimitCode.FIELD_MERGES, count_merges(graph, limits.field_merges), limits.field_merges


def _fragment_characters(document: DocumentNode) -> int:
    """Return how long the fragments of a document are together, 0 if it was parsed without."""
    return sum(
        node.loc.end - node.loc.start
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode) and node.loc
    )


def _first_beyond(counts: Iterator[Count]) -> GraphQLError | None:
    """Return the error of the first count beyond its limit."""
    for code, count, limit in counts:
        if count > limit:
            if code is LimitCode.FIELD_MERGES:
                return refusal_beyond(code, limit)
            amount = f"at least {CEILING:,}" if count >= CEILING else f"{count:,}"
            return _refusal(code, amount, limit)
    return None


def refusal_beyond(code: LimitCode, limit: int) -> GraphQLError:
    """Return the error of a document for which counting stopped at the limit."""
    return _refusal(code, f"more than {limit:,}", limit)


def _refusal(code: LimitCode, amount: str, limit: int) -> GraphQLError:
    """Return the error that tells what was counted, and the limit."""
    message = f"the document has {amount} {_COUNTED[code]}; the limit is {limit:,}"
    return GraphQLError(message, extensions={"code": str(code)})
