"""What prices need to know of fields is read off the built schema."""

import pytest
from strawberry.types.field import StrawberryField

from resolvers.pricing.fields import FieldFacts, Kind
from resolvers.questions.question import Question
from schema import build_schema
from schema.field_facts import definitions, field_facts
from schema.fields import declared_price
from tests.resolvers.questions.declared import MODULES

BUILT = build_schema(100)
FACTS = {facts.coordinate: facts for facts in field_facts(BUILT)}
ASKED = {
    coordinate: (definition, declared)
    for coordinate, _, definition in definitions(BUILT)
    if isinstance(declared := declared_price(definition), Question)
}
NAMES = {
    id(one): name
    for module in MODULES
    for name, one in vars(module).items()
    if isinstance(one, Question)
}
# Fields that answer with a method of what they were asked of, which shares what it has found.
SHARED = {
    "Integer.factorization",
    "Integer.arithmetic",
    "Integer.divisors",
    "ArithmeticFunctions.divisorSum",
    "PrimeRange.count",
    "PrimeRange.smallest",
    "PrimeRange.largest",
    "PrimeRange.primes",
    "PrimeRange.constellations",
    "PrimeConnection.totalCount",
    "ConstellationConnection.totalCount",
}


@pytest.mark.parametrize(
    ("coordinate", "kind", "is_list"),
    [
        ("PrimePower.prime", Kind.INTEGER, False),
        ("PrimePower.exponent", Kind.PLAIN, False),
        ("PrimeProgression.terms", Kind.INTEGER, True),
        ("PrimeProgression.endedBy", Kind.INTEGER, False),
        ("PageInfo.endCursor", Kind.INTEGER, False),
        ("Service.version", Kind.PLAIN, False),
        ("PrimeBucket.count", Kind.PLAIN, False),
        ("Primality.verdict", Kind.PLAIN, False),
        ("PrimeGaps.mean", Kind.PLAIN, False),
        ("PrimeGaps.maximum", Kind.OBJECT, False),
        ("PrimeGaps.frequencies", Kind.OBJECT, True),
        ("DivisorConnection.edges", Kind.EDGE, True),
        ("ConstellationConnection.pageInfo", Kind.PAGE_INFO, False),
        ("Query.service", Kind.OBJECT, False),
    ],
)
def test_fields_at_hand_are_known_by_their_types(
    coordinate: str, kind: Kind, is_list: bool
) -> None:
    is_root = coordinate.startswith("Query.")
    assert FACTS[coordinate] == FieldFacts(coordinate, kind, is_list, is_root)


@pytest.mark.parametrize(
    ("coordinate", "is_awaited"),
    [
        ("Query.primeCount", True),
        ("Query.integer", False),
        ("Integer.classes", True),
        # Many are answered by one call.
        ("Integer.isPrime", False),
        ("Integer.value", False),
        ("PrimeRange.low", False),
        ("PrimeRange.gaps", True),
        ("PrimeConnection.edges", False),
    ],
)
def test_what_is_awaited_is_seen_by_the_resolver(coordinate: str, is_awaited: bool) -> None:
    assert FACTS[coordinate].is_awaited is is_awaited


@pytest.mark.parametrize("coordinate", sorted(ASKED.keys() - SHARED))
def test_field_asks_the_question_whose_price_it_has(coordinate: str) -> None:
    definition, declared = ASKED[coordinate]
    assert isinstance(definition, StrawberryField)
    assert definition.base_resolver is not None
    used = definition.base_resolver._unbound_wrapped_func.__code__.co_names
    assert NAMES[id(declared)] in used
