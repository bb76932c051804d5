"""How much memory showing an answer takes: predicted from the same states as prices."""

from collections.abc import Callable
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


def _digits_bytes(state: Any) -> float:
    bits: float = getattr(state, "bits", _PLAIN_BITS)
    return bits * _BYTES_PER_BIT


def value_bytes(state: Any) -> float:
    """One value, such as an integer of the parent's size."""
    return VALUE_BYTES + _digits_bytes(state)


def computed_bytes(awaited_bytes: float, state: Any) -> float:
    """One value that is computed."""
    return awaited_bytes + value_bytes(state)


def list_bytes(state: Any) -> float:
    """All integers of a list."""
    length: float = state.length
    return VALUE_BYTES + length * (ELEMENT_BYTES + _digits_bytes(state))


def tuple_bytes(state: Any) -> float:
    """The integers of one entry of a list."""
    width: int = state.width
    return VALUE_BYTES + width * (VALUE_BYTES + _digits_bytes(state))
