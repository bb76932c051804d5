"""What a field costs that the stock executor answers instead of a plan."""

from collections.abc import Mapping
from typing import Any, Final

from middleware.cost.price_protocols import Priced, PriceFunction, SizeFunction

_DESCRIBING: Final = (".__schema", ".__type")

# Beside what a plan takes: 0.09 to 0.25 points for each KB that is predicted for objects and small
# fields; 500 integers with two fields each take 205 points instead of 6. Arrays take no longer.
_POINTS_PER_BYTE = 1.8e-4


def is_description(coordinate: str) -> bool:
    """Return whether a field is introspection; its price has the stock executor's work."""
    return coordinate.startswith("__") or coordinate.endswith(_DESCRIBING)


def by_stock(price: PriceFunction, size: SizeFunction) -> PriceFunction:
    """Return the price of the same field where the stock executor answers it."""

    def stock_price(state: Any, arguments: Mapping[str, Any]) -> Priced:
        points, returned = price(state, arguments)
        return points + size(state) * _POINTS_PER_BYTE, returned

    return stock_price
