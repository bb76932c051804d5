"""The price of every field: points, as a function of what is asked, before anything runs.

A price is what the engine predicts for the answer, and what it takes to run the question and to
show the answer. Where nothing cheaper than the answer tells hard integers from easy ones, all are
priced as hard ones.
"""

import math
from collections.abc import Iterable
from functools import partial
from types import MappingProxyType
from typing import Any

from engine.intervals.prime_ranges import PrimeRanges
from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.pricing.answer_sizes import (
    AWAITED_BYTES,
    SizeFunction,
    computed_bytes,
    list_bytes,
    value_bytes,
)
from resolvers.pricing.fields import FieldFacts, Kind, PriceFunction, Prices, ScaleFunction
from resolvers.pricing.tariff import Overheads, Tariff

ROOT = object()
"""The state of the root fields: what they cost depends on their arguments alone."""


class PriceBook:
    """The price function of every field, by its coordinate "Type.field".

    Args:
        fields: Of the schema, each once.
        limits: In force; what they refuse costs next to nothing.
        ranges: Predicts the cost of sweeps.
        overheads: Of the executor in use.
        task_points: What a question in a worker process is charged at most, beside what the
            deadline leaves room for.
        pace: Of this machine; that of the reference machine if left out.
        awaited_bytes: Of memory, to compute a field as the executor in use does.
    """

    def __init__(
        self,
        fields: Iterable[FieldFacts],
        limits: Limits,
        ranges: PrimeRanges,
        overheads: Overheads,
        task_points: float = math.inf,
        awaited_bytes: float = AWAITED_BYTES,
        pace: Pace | None = None,
    ) -> None:
        tariff = self._tariff = Tariff(limits, overheads, task_points, pace or Pace(1.0))
        self.request_points = overheads.request
        self._group, self._waiting = overheads.group, overheads.waiting
        self._computed_bytes = partial(computed_bytes, awaited_bytes)
        self._fields = MappingProxyType({field.coordinate: field for field in fields})
        prices = Prices.of(tariff, ranges)
        self._prices = MappingProxyType(
            {name: field.price_function(prices) for name, field in self._fields.items()}
        )

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return the price function of a field; None if it has none."""
        return self._prices.get(coordinate)

    def size_of(self, coordinate: str) -> SizeFunction:
        """Return what predicts the bytes that showing a field takes."""
        field = self._fields.get(coordinate)
        if field is None:
            return value_bytes
        if field.declared is None:
            if field.is_list and field.kind is Kind.INTEGER:
                return list_bytes
        elif field.declared.size is not None:
            return field.declared.size
        return self._computed_bytes if field.is_computed else value_bytes

    def group_points(self, coordinate: str) -> float:
        """Return what it takes to resolve a field at all, however many values it then has."""
        field = self._fields.get(coordinate)
        is_awaited = field is not None and field.is_awaited
        return self._group + (self._waiting if is_awaited else 0.0)

    def is_lasting(self, coordinate: str) -> bool:
        """Whether a price never changes. That of a sweep falls as more base primes are held."""
        declared = self._fields[coordinate].declared
        return declared is None or declared.is_lasting

    def scale_function(self, coordinate: str) -> ScaleFunction | None:
        """Return what tells the scale, its bits, of the integer that a root field returns."""
        field = self._fields.get(coordinate)
        return None if field is None or field.declared is None else field.declared.scale

    def is_scaled(self, coordinate: str) -> bool:
        """Whether a field costs the same on all integers of one size, with all it returns."""
        field = self._fields.get(coordinate)
        return field is not None and (field.declared is None or field.declared.is_scaled)

    def root_state(self) -> object:
        """Return the state that the root fields of one request begin with."""
        return ROOT

    def coercion_points(self, value: Any) -> float:
        """Return what it takes to coerce the value of a variable that no field asks with."""
        if isinstance(value, list):
            return sum(map(self.coercion_points, value))
        return self._tariff.coercion(value.bit_length() if isinstance(value, int) else 0)
