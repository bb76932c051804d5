"""Checks intervals, and writes integers into messages."""

from engine.errors import DomainError


def check_interval(low: int, high: int) -> None:
    """Raise DomainError unless low <= high.

    >>> check_interval(10, 10)
    """
    if low > high:
        raise DomainError(f"low must not be above high, got low={shown(low)}, high={shown(high)}")


def shown(n: int) -> str:
    """Return n in at most 64 characters: in full, or its size.

    >>> shown(97), shown(10**100)
    ('97', '<integer of 333 bits>')
    """
    if n.bit_length() <= 208:
        return str(n)
    return f"{'-' if n < 0 else ''}<integer of {n.bit_length()} bits>"
