"""What introspection tells can be read by clients of the published specifications."""

from typing import Any

import pytest
from graphql import get_introspection_query, graphql_sync

from schema import build_schema

# The October 2021 and September 2025 editions, section 3.13.
SPECIFIED_LOCATIONS = {
    "QUERY",
    "MUTATION",
    "SUBSCRIPTION",
    "FIELD",
    "FRAGMENT_DEFINITION",
    "FRAGMENT_SPREAD",
    "INLINE_FRAGMENT",
    "VARIABLE_DEFINITION",
    "SCHEMA",
    "SCALAR",
    "OBJECT",
    "FIELD_DEFINITION",
    "ARGUMENT_DEFINITION",
    "INTERFACE",
    "UNION",
    "ENUM",
    "ENUM_VALUE",
    "INPUT_OBJECT",
    "INPUT_FIELD_DEFINITION",
}
# The same sections: every directive that a service must have, with its locations.
DEPRECATED = {"FIELD_DEFINITION", "ARGUMENT_DEFINITION", "INPUT_FIELD_DEFINITION", "ENUM_VALUE"}


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    result = graphql_sync(build_schema(100)._schema, get_introspection_query())
    assert result.errors is None
    assert result.data is not None
    found: dict[str, Any] = result.data["__schema"]
    return found


def test_directives_have_no_location_that_no_edition_has(told: dict[str, Any]) -> None:
    named = {location for each in told["directives"] for location in each["locations"]}
    assert named <= SPECIFIED_LOCATIONS


def test_deprecated_keeps_its_locations(told: dict[str, Any]) -> None:
    locations = {each["name"]: set(each["locations"]) for each in told["directives"]}
    assert locations["deprecated"] == DEPRECATED
    assert {"include", "skip", "specifiedBy", "oneOf"} <= locations.keys()
