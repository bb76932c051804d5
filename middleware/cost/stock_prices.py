"""What a field costs that the stock executor answers, as all that is asked beside the schema."""

from collections.abc import Mapping
from typing import Any, Final

from middleware.cost.price_protocols import Priced, PriceFunction, SizeFunction

DESCRIBING: Final = frozenset(("__schema", "__type"))
"""Root fields that no plan answers, so that the whole operation is left to graphql-core."""

# Beside what a plan takes: 0.09 to 0.25 points for each KB that is predicted for objects and small
# fields; 500 integers with two fields each take 205 points instead of 6. Arrays take no longer.
_POINTS_PER_BYTE = 1.8e-4


def by_stock(price: PriceFunction, size: SizeFunction) -> PriceFunction:
    """Return the price of the same field where the stock executor answers it."""

    def stock_price(state: Any, arguments: Mapping[str, Any]) -> Priced:
        points, returned = price(state, arguments)
        return points + size(state) * _POINTS_PER_BYTE, returned

    return stock_price
