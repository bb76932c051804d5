"""Prices of fields that ask no question of the engine, where the type does not tell them."""

from typing import Final

from resolvers.pricing.answer_sizes import list_bytes, tuple_bytes
from resolvers.pricing.fields import FieldPrice
from resolvers.pricing.integers import scale_of_word

INTEGER: Final = FieldPrice(
    price=lambda prices: prices.integers.integer, scale=scale_of_word, weight=0.1
)
INTEGERS: Final = FieldPrice(price=lambda prices: prices.integers.integers, weight=1.1)
PRIME_RANGE: Final = FieldPrice(price=lambda prices: prices.ranges.prime_range, weight=0.11)
WITNESS: Final = FieldPrice(price=lambda prices: prices.integers.witness, is_scaled=True)

FACTORS: Final = FieldPrice(price=lambda prices: prices.factors.factors)
PRIME_FACTORS: Final = FieldPrice(price=lambda prices: prices.factors.primes)
COMPOSITES: Final = FieldPrice(price=lambda prices: prices.factors.composites)
EXPRESSION: Final = FieldPrice(price=lambda prices: prices.factors.expression)

ARRAY: Final = FieldPrice(price=lambda prices: prices.lists.array, size=list_bytes)
NUMBERS: Final = FieldPrice(price=lambda prices: prices.lists.numbers, size=list_bytes)
TUPLE: Final = FieldPrice(price=lambda prices: prices.lists.tuple, size=tuple_bytes)
