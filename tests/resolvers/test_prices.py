"""Every field of the schema has a price."""

from engine.prime_ranges import PrimeRanges
from middleware.query_cost import QueryPricer
from resolvers.limits import Limits
from resolvers.prices import PriceBook
from resolvers.prices_tariff import Overheads
from schema import build_schema


def test_every_field_has_a_price() -> None:
    book = PriceBook(Limits(), PrimeRanges(), Overheads())
    QueryPricer(build_schema(Limits().max_digits)._schema, book)
