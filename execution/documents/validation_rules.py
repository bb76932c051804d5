"""Which rules of validation can have anything to say of a document, judged by its text."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from graphql import (
    ASTValidationRule,
    DeferStreamDirectiveLabel,
    DeferStreamDirectiveOnRootField,
    DeferStreamDirectiveOnValidOperationsRule,
    FragmentsOnCompositeTypesRule,
    KnownDirectivesRule,
    KnownFragmentNamesRule,
    MaxIntrospectionDepthRule,
    NoFragmentCyclesRule,
    NoSchemaIntrospectionCustomRule,
    NoUndefinedVariablesRule,
    NoUnusedFragmentsRule,
    NoUnusedVariablesRule,
    PossibleFragmentSpreadsRule,
    StreamDirectiveOnListField,
    UniqueDirectivesPerLocationRule,
    UniqueFragmentNamesRule,
    UniqueVariableNamesRule,
    VariablesAreInputTypesRule,
    VariablesInAllowedPositionRule,
)

Rule = type[ASTValidationRule]

_VARIABLES = ("$",)
_FRAGMENTS = ("...", "fragment")
_DIRECTIVES = ("@",)
_INTROSPECTION = ("__",)

# What a text must have one of for the rule to say something. Of another rule, such as one that a
# later graphql-core brings, nothing is known: it always applies.
_SIGNS: Mapping[Rule, tuple[str, ...]] = MappingProxyType(
    {
        VariablesAreInputTypesRule: _VARIABLES,
        UniqueVariableNamesRule: _VARIABLES,
        NoUndefinedVariablesRule: _VARIABLES,
        NoUnusedVariablesRule: _VARIABLES,
        VariablesInAllowedPositionRule: _VARIABLES,
        FragmentsOnCompositeTypesRule: _FRAGMENTS,
        UniqueFragmentNamesRule: _FRAGMENTS,
        KnownFragmentNamesRule: _FRAGMENTS,
        NoUnusedFragmentsRule: _FRAGMENTS,
        PossibleFragmentSpreadsRule: _FRAGMENTS,
        NoFragmentCyclesRule: _FRAGMENTS,
        KnownDirectivesRule: _DIRECTIVES,
        UniqueDirectivesPerLocationRule: _DIRECTIVES,
        DeferStreamDirectiveOnRootField: _DIRECTIVES,
        DeferStreamDirectiveOnValidOperationsRule: _DIRECTIVES,
        DeferStreamDirectiveLabel: _DIRECTIVES,
        StreamDirectiveOnListField: _DIRECTIVES,
        MaxIntrospectionDepthRule: _INTROSPECTION,
        NoSchemaIntrospectionCustomRule: _INTROSPECTION,
    }
)


def applicable_rules(rules: Iterable[Rule], text: str) -> tuple[Rule, ...]:
    """Return those of the rules that a document of this text could break, in their order.

    A batch of aliases needs half of them, and takes half the time to validate.
    """
    signs = {sign for listed in _SIGNS.values() for sign in listed if sign in text}
    return tuple(rule for rule in rules if rule not in _SIGNS or not signs.isdisjoint(_SIGNS[rule]))
