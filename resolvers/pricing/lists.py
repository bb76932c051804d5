"""What it costs to show what is there: lists, their entries, and what stands beside them."""

from collections.abc import Mapping
from typing import Any

from resolvers.pricing.states import ListState
from resolvers.pricing.tariff import NOTHING, Priced, Tariff

Arguments = Mapping[str, Any]

# Points of a cursor: it is made of bytes in base 64.
_CURSOR_POINTS = 0.002


class ListPrices:
    """Prices of fields that are read off an answer; each takes the state of its parent."""

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff

    def plain(self, state: Any, arguments: Arguments) -> Priced:
        """A number, a word or a truth value at hand."""
        return self._tariff.field, NOTHING

    def object(self, state: Any, arguments: Arguments) -> Priced:
        """One object at hand, which takes more than one of many."""
        return self._tariff.objects(1) + 3 * self._tariff.overheads.object, ((state, 1.0),)

    def integer(self, state: ListState, arguments: Arguments) -> Priced:
        """One integer of an entry."""
        return self._tariff.integer(state.bits), NOTHING

    def integers(self, state: ListState, arguments: Arguments) -> Priced:
        """All integers of a list."""
        return self._tariff.integers(state.length, state.bits), NOTHING

    def array(self, state: ListState, arguments: Arguments) -> Priced:
        """All integers of a page of primes."""
        return self._tariff.array(state.length, state.bits), NOTHING

    def numbers(self, state: ListState, arguments: Arguments) -> Priced:
        """The same as JSON numbers; refused above 2^53."""
        return self._tariff.array(state.length if state.bits <= 54 else 1, state.bits), NOTHING

    def edges(self, state: ListState, arguments: Arguments) -> Priced:
        """All integers of a list with their cursors."""
        points = self._tariff.objects(state.length) + state.length * self._cursor(state)
        return points, ((state, state.length),)

    def cursor(self, state: ListState, arguments: Arguments) -> Priced:
        """The cursor of an edge."""
        return self._tariff.integer(state.bits), NOTHING

    def page_info(self, state: ListState, arguments: Arguments) -> Priced:
        """The place of a page."""
        return self._tariff.objects(1) + 2 * self._cursor(state), ((state, 1.0),)

    def tuple(self, state: ListState, arguments: Arguments) -> Priced:
        """The integers of one entry."""
        return self._tariff.integers(state.width, state.bits), NOTHING

    def entries(self, state: ListState, arguments: Arguments) -> Priced:
        """A list of entries, paid for with the object that holds it."""
        return self._tariff.objects(state.length), ((state, state.length),)

    def _cursor(self, state: ListState) -> float:
        """Return the price of making a cursor."""
        return _CURSOR_POINTS + self._tariff.text(state.bits)
