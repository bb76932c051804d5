"""graphql-core's parser, stopped where a document turns out to be beyond a limit.

What it counts takes long to validate, or is refused afterwards in any case. A document beyond such
a limit costs what was parsed until then, whatever follows.
"""

from graphql import (
    DefinitionNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableDefinitionNode,
)
from graphql.language.ast import ArgumentNode
from graphql.language.parser import Parser, nested_too_deeply_error

from execution.limits.document_limits import DocumentLimits, LimitCode, refusal_beyond


def parse_within(text: str, limits: DocumentLimits) -> DocumentNode:
    """Return a parsed document.

    Raises:
        GraphQLError: It is beyond one of the limits on operations, fragments, variables, arguments,
            entries of objects, levels of values, or pairs of fields and fragments that merge.
        GraphQLSyntaxError: It is no document.

    Cost: that of graphql-core's ``parse``, and 0.5 us a field.
    """
    parser = _LimitedParser(text, limits)
    try:
        return parser.parse_document()
    except RecursionError:
        pass
    # Raised here, it does not keep the frames of the recursion.
    raise nested_too_deeply_error(parser)


class _LimitedParser(Parser):
    """Raises the error of a limit as soon as it is passed."""

    def __init__(self, text: str, limits: DocumentLimits) -> None:
        super().__init__(text, allow_empty_selection_sets=False)
        self._limits = limits
        # Of the selection set at hand, its inline fragments opened: how many fields have each name,
        # and the fragments spread.
        self._fields: dict[str, int] = {}
        self._spreads: set[str] | None = None
        self._merges = 0
        self._operations = 0
        self._fragments = 0
        self._variables = 0
        self._arguments = 0
        self._object_fields = 0
        self._value_depth = 0

    def parse_definition(self) -> DefinitionNode:
        """Count operations and fragments."""
        node = super().parse_definition()
        if isinstance(node, OperationDefinitionNode):
            self._operations += 1
            _check(LimitCode.OPERATIONS, self._operations, self._limits.operations)
        elif isinstance(node, FragmentDefinitionNode):
            self._fragments += 1
            _check(LimitCode.FRAGMENTS, self._fragments, self._limits.fragments)
        return node

    def parse_variable_definition(self) -> VariableDefinitionNode:
        """Count variables, those of all operations together."""
        self._variables += 1
        _check(LimitCode.VARIABLES, self._variables, self._limits.variables)
        return super().parse_variable_definition()

    def parse_arguments(self, is_const: bool) -> tuple[ArgumentNode, ...] | None:
        """Begin to count the arguments of a field or directive."""
        self._arguments = 0
        return super().parse_arguments(is_const)

    def parse_argument(self, is_const: bool = False) -> ArgumentNode:
        """Count an argument; no value has arguments."""
        self._arguments += 1
        _check(LimitCode.ARGUMENTS, self._arguments, self._limits.arguments)
        return super().parse_argument(is_const)

    def parse_object_field(self, is_const: bool) -> ObjectFieldNode:
        """Count entries of objects, those of the whole document together."""
        self._object_fields += 1
        _check(LimitCode.OBJECT_FIELDS, self._object_fields, self._limits.object_fields)
        return super().parse_object_field(is_const)

    def parse_list(self, is_const: bool) -> ListValueNode:
        """Count the levels of lists and objects."""
        self._enter_value()
        node = super().parse_list(is_const)
        self._value_depth -= 1
        return node

    def parse_object(self, is_const: bool) -> ObjectValueNode:
        """Count the levels of lists and objects."""
        self._enter_value()
        node = super().parse_object(is_const)
        self._value_depth -= 1
        return node

    def parse_operation_definition(self) -> OperationDefinitionNode:
        """Begin a selection set."""
        self._fields, self._spreads = {}, None
        return super().parse_operation_definition()

    def parse_type_condition(self) -> NamedTypeNode:
        """Begin the selection set of a fragment, after its name."""
        self._fields, self._spreads = {}, None
        return super().parse_type_condition()

    def parse_field(self) -> FieldNode:
        """Count a field with those of its response name in one selection set.

        That is a lower bound of what ``count_merges`` finds, which knows what fragments bring.
        """
        fields, spreads = self._fields, self._spreads
        self._fields, self._spreads = {}, None
        node = super().parse_field()
        self._fields, self._spreads = fields, spreads
        name = node.alias.value if node.alias else node.name.value
        same = fields.get(name, 0)
        fields[name] = same + 1
        if same:
            self._merges += same
            _check(LimitCode.FIELD_MERGES, self._merges, self._limits.field_merges)
        return node

    def parse_fragment_name(self) -> NameNode:
        """Count the pairs of fragments spread in one selection set.

        The same fragments may meet in many, and count once: so those of two sets are not added.
        """
        node = super().parse_fragment_name()
        if self._spreads is None:
            self._spreads = set()
        spreads = self._spreads
        spreads.add(node.value)
        pairs = len(spreads) * (len(spreads) - 1) // 2
        _check(LimitCode.FIELD_MERGES, pairs, self._limits.field_merges)
        return node

    def _enter_value(self) -> None:
        """Count one level more."""
        self._value_depth += 1
        _check(LimitCode.VALUE_DEPTH, self._value_depth, self._limits.value_depth)


def _check(code: LimitCode, count: int, limit: int) -> None:
    """Raise the error of a limit that a count has passed."""
    if count > limit:
        raise refusal_beyond(code, limit)
