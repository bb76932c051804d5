"""What is asked of a book of prices."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Protocol

Priced = tuple[float, Sequence[tuple[Any, float]]]
"""The points of one field, and the states of what it returns, each with how often it is there."""

PriceFunction = Callable[[Any, Mapping[str, Any]], Priced]
"""From the state of the parent and the coerced arguments to what one field costs."""

ScaleFunction = Callable[[Mapping[str, Any]], Hashable | None]
"""From coerced arguments to a scale, of which there are few, and which tells the price of what is
returned; None if none does."""

SizeFunction = Callable[[Any], float]
"""From the state of the parent to the bytes of memory that showing one field takes."""


class PriceBook(Protocol):
    """What fields cost; made by those who know what they compute."""

    @property
    def request_points(self) -> float:
        """What any request costs, whatever it asks."""
        ...

    def price_of(self, coordinate: str) -> PriceFunction | None:
        """Return the price function of "Type.field"; None if it has none."""
        ...

    def size_of(self, coordinate: str) -> SizeFunction:
        """Return the size function of "Type.field"."""
        ...

    def group_points(self, coordinate: str) -> float:
        """Return what it takes to resolve a field at all, however many values it then has."""
        ...

    def is_lasting(self, coordinate: str) -> bool:
        """Whether the same arguments cost the same for as long as the process lives."""
        ...

    def scale_function(self, coordinate: str) -> ScaleFunction | None:
        """Return what tells the scale of what a root field returns; None if nothing does."""
        ...

    def is_scaled(self, coordinate: str) -> bool:
        """Whether a field costs the same on all objects of one scale, with all it returns."""
        ...

    def root_state(self) -> Any:
        """Return the state that the root fields of one request begin with."""
        ...

    def coercion_points(self, value: Any) -> float:
        """Return what it takes to coerce the value of a variable that no field asks with."""
        ...
