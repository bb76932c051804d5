"""What is declared of a field's price, and what the built schema tells of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, NamedTuple, Self

from engine.intervals.prime_ranges import PrimeRanges
from resolvers.pricing.answer_sizes import SizeFunction
from resolvers.pricing.factors import FactorPrices
from resolvers.pricing.integers import IntegerPrices
from resolvers.pricing.lists import ListPrices
from resolvers.pricing.ranges import RangePrices
from resolvers.pricing.tariff import Priced, Tariff

PriceFunction = Callable[[Any, Mapping[str, Any]], Priced]
ScaleFunction = Callable[[Mapping[str, Any]], int | None]


class Prices(NamedTuple):
    """What price functions are taken from; one for each book of prices."""

    tariff: Tariff
    prime_ranges: PrimeRanges
    integers: IntegerPrices
    factors: FactorPrices
    ranges: RangePrices
    lists: ListPrices

    @classmethod
    def of(cls, tariff: Tariff, ranges: PrimeRanges) -> Self:
        """Return all price functions by one tariff."""
        return cls(
            tariff,
            ranges,
            IntegerPrices(tariff, ranges),
            FactorPrices(tariff),
            RangePrices(tariff, ranges),
            ListPrices(tariff),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class FieldPrice:
    """What is declared of the price of a field.

    Attributes:
        price: Chooses the price function of the field.
        size: Predicts the bytes that its value takes, where its type does not tell.
        scale: Tells the scale of the integer that a root field returns.
        weight: The points of a typical call, for the directive ``@cost``; None if the field costs
            no more than to read it off its parent.
        is_scaled: Whether the field costs the same on all words of one bit length.
        is_lasting: Whether the price never changes; that of a sweep falls while the base primes
            grow.
    """

    price: Callable[[Prices], PriceFunction] | None = None
    size: SizeFunction | None = None
    scale: ScaleFunction | None = None
    weight: float | None = None
    is_scaled: bool = False
    is_lasting: bool = True

    @property
    def is_computed(self) -> bool:
        """Whether the field is computed when it is asked for, rather than read off its parent."""
        return False

    def price_function(self, prices: Prices) -> PriceFunction:
        """Return the price function of the field."""
        assert self.price is not None
        return self.price(prices)


class Kind(Enum):
    """What a field shows, as far as prices tell it apart."""

    PLAIN = auto()
    INTEGER = auto()
    OBJECT = auto()
    EDGE = auto()
    PAGE_INFO = auto()


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """What the built schema tells of one field.

    Attributes:
        coordinate: "Type.field".
        kind: What it shows, or what the entries of its list are.
        is_list: Whether it is a list.
        is_root: Whether it is a field of the query itself.
        is_awaited: Whether its resolver is awaited for each object by itself.
        declared: What is declared of its price; None if it follows from the type.
    """

    coordinate: str
    kind: Kind
    is_list: bool = False
    is_root: bool = False
    is_awaited: bool = False
    declared: FieldPrice | None = None

    @property
    def is_computed(self) -> bool:
        """Whether the field is computed when it is asked for, rather than read off its parent."""
        return self.is_root or (self.declared is not None and self.declared.is_computed)

    def price_function(self, prices: Prices) -> PriceFunction:
        """Return the price function of the field."""
        if self.declared is not None:
            return self.declared.price_function(prices)
        lists = prices.lists
        if self.kind is Kind.PLAIN:
            return lists.plain
        if self.kind is Kind.INTEGER:
            return lists.integers if self.is_list else lists.integer
        if self.kind is Kind.PAGE_INFO:
            return lists.page_info
        if self.kind is Kind.EDGE:
            return lists.edges
        return lists.entries if self.is_list else lists.object
