"""The printed schema: current, and described throughout."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
)

from primeql.settings import Settings
from schema import build_schema as build_own_schema

SDL_FILE = Path(__file__).parents[2] / "schema" / "schema.graphql"
SCHEMA = build_schema(SDL_FILE.read_text())


def _descriptions() -> dict[str, str | None]:
    """Return the description of every type, field, argument and enum value."""
    found = {}
    for named in SCHEMA.type_map.values():
        if is_introspection_type(named) or is_specified_scalar_type(named):
            continue
        found[named.name] = named.description
        if isinstance(named, GraphQLEnumType):
            for name, value in named.values.items():
                found[f"{named.name}.{name}"] = value.description
        if isinstance(named, GraphQLObjectType):
            for name, field in named.fields.items():
                found[f"{named.name}.{name}"] = field.description
                for argument_name, argument in field.args.items():
                    found[f"{named.name}.{name}({argument_name}:)"] = argument.description
    return found


DESCRIPTIONS = _descriptions()


def test_committed_sdl_is_what_the_service_prints() -> None:
    printed = build_own_schema(Settings().max_digits).as_str() + "\n"
    assert SDL_FILE.read_text() == printed, "run `make schema`"


@pytest.mark.parametrize("coordinate", sorted(DESCRIPTIONS))
def test_everything_has_a_description(coordinate: str) -> None:
    assert DESCRIPTIONS[coordinate]


def test_no_prime_is_a_32_bit_integer() -> None:
    # Int is for what provably fits 31 bits: exponents, residues and counts of a page.
    prime_fields = {"node", "nodes", "start", "end", "smallest", "largest", "nextPrime", "prime"}
    for named in SCHEMA.type_map.values():
        if isinstance(named, GraphQLObjectType):
            for name in prime_fields & named.fields.keys():
                assert "Int!" not in f"{named.fields[name].type}".replace("BigInt", "")
