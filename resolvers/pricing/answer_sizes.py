"""How much memory showing an answer takes: predicted from the same states as prices."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

SizeFunction = Callable[[Any], float]

# Bytes that one value of an answer takes at most, beside its digits: a place in an object, a Python
# object, and its text encoded; ``python -m benchmarks isolation memory`` measures it.
VALUE_BYTES: Final = 280.0
# The same for an integer in a list of integers.
ELEMENT_BYTES: Final = 60.0
# What it takes beside that to compute a field, as plans do it, for all entries of a list at a time.
AWAITED_BYTES: Final = 600.0
# And as graphql-core's executor computes it: a task for each, all waiting at the same time.
STOCK_AWAITED_BYTES: Final = 4_500.0
# A digit stands in the value's text, in the encoded answer, and once more as it is sent.
_DIGIT_COPIES: Final = 3
_BYTES_PER_BIT: Final = 0.30103 * _DIGIT_COPIES
_PLAIN_BITS: Final = 64

_LISTS: Final = frozenset(
    {
        "PrimeConnection.nodes",
        "PrimeConnection.numbers",
        "DivisorConnection.nodes",
        "PrimeNeighbours.below",
        "PrimeNeighbours.above",
        "PrimeProgression.terms",
    }
)

_COMPUTED: Final = ("Query.", "Integer.", "PrimeRange.")
_AT_HAND: Final = frozenset({"Integer.value", "PrimeRange.low", "PrimeRange.high"})


def size_of(coordinate: str, awaited_bytes: float = AWAITED_BYTES) -> SizeFunction:
    """Return the function from the state of the parent to the bytes that one field takes.

    Args:
        coordinate: "Type.field".
        awaited_bytes: What it takes to compute a field, beside its value.
    """
    if coordinate in _LISTS:
        return _list_bytes
    if coordinate == "Constellation.primes":
        return _tuple_bytes
    is_computed = coordinate.startswith(_COMPUTED) and coordinate not in _AT_HAND
    return partial(_computed_bytes, awaited_bytes) if is_computed else _value_bytes


def _digits_bytes(state: Any) -> float:
    bits: float = getattr(state, "bits", _PLAIN_BITS)
    return bits * _BYTES_PER_BIT


def _value_bytes(state: Any) -> float:
    """One value, such as an integer of the parent's size."""
    return VALUE_BYTES + _digits_bytes(state)


def _computed_bytes(awaited_bytes: float, state: Any) -> float:
    """One value that is computed."""
    return awaited_bytes + _value_bytes(state)


def _list_bytes(state: Any) -> float:
    """All integers of a list."""
    length: float = state.length
    return VALUE_BYTES + length * (ELEMENT_BYTES + _digits_bytes(state))


def _tuple_bytes(state: Any) -> float:
    """The integers of one entry of a list."""
    width: int = state.width
    return VALUE_BYTES + width * (VALUE_BYTES + _digits_bytes(state))
