"""The rule on known types, which looks for names like an unknown one once in a document."""

from typing import Any

from graphql import GraphQLError, KnownTypeNamesRule, NamedTypeNode, Node, ValidationContext


class FewTypeSuggestionsRule(KnownTypeNamesRule):
    """Suggests types for the first unknown one, and names the others.

    To compare a name with all types of the schema takes up to 1 ms. A field is compared with the
    fields of one type, an argument with those of one field; that takes a tenth of it or less.
    """

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self._has_suggested = False

    def enter_named_type(
        self, node: NamedTypeNode, key: Any, parent: Node, path: Any, ancestors: list[Node]
    ) -> None:
        """Report a type that the schema does not have."""
        name = node.name.value
        if name in self.existing_types_map:
            return
        if self._has_suggested:
            self.report_error(GraphQLError(f"Unknown type '{name}'.", node))
            return
        self._has_suggested = True
        super().enter_named_type(node, key, parent, path, ancestors)
