"""Predicts the CPU time of sieving, to choose the cheapest strategy and to price a query."""

import enum
import math
from collections.abc import Sequence

from engine.prime_steps import step_cost, steps_cost
from engine.sieving.partial_sieve import (
    EULER_GAMMA,
    WINDOW_ELEMENTS,
    composite_seconds,
    sieve_bound,
    start_seconds,
    test_seconds,
)
from engine.sieving.row_sieve import SLICE_MARKS
from engine.sieving.sieve import ROW_ELEMENTS, SEGMENT_BYTES
from engine.sieving.wheel import Wheel

# One point is this many seconds of CPU time on one core of the reference machine.
POINT_SECONDS = 1e-4
# Wider intervals are priced as if they had this width. It is too wide to sieve, and fits a float.
_WIDEST = 2**80
# The fixed cost of a partial sieve.
_LEAST_CANDIDATE_SECONDS = 55e-6
_LOG_LOG_20 = math.log(math.log(20.0))


class Task(enum.Enum):
    """What to compute from the primes of an interval."""

    LIST = "list"
    COUNT = "count"
    SUM = "sum"


def expected_primes(low: int, high: int) -> float:
    """Estimate the number of primes in [low, high] by the density 1 / ln x; high >= 2.

    >>> 20 < expected_primes(2, 100) < 35
    True
    """
    low = max(low, 2)
    if high < low:
        return 0.0
    middle = (low + high) // 2
    return min(high - low + 1, _WIDEST) / max(math.log(middle) - 0.5, 0.7) + 1


def sieve_seconds(wheels: Sequence[Wheel], low: int, high: int, task: Task) -> list[float]:
    """Return the predicted time of ``IntervalSieve`` for each wheel, when base primes are ready.

    Each term models one kernel: the number of its operations, times the measured time of one.

    Cost: 1 us, and 1.5 us a wheel.
    """
    width = min(high - low + 1, _WIDEST)
    root = min(math.isqrt(high), _WIDEST)
    primes = _primes_up_to(root)
    element, listed = 0.55e-9, 0.0
    if task is Task.LIST:
        listed = expected_primes(low, high) * 2.2e-9
    else:
        element = 0.04e-9 if task is Task.COUNT else 0.6e-9
    found = []
    for wheel in wheels:
        residues = len(wheel.residues)
        most = min(ROW_ELEMENTS, SEGMENT_BYTES // -(-residues // 8))
        total = width / wheel.modulus + 1
        segments = math.ceil(total / most)
        row = _row_seconds(total / segments, root, primes)
        if residues > 1:
            # Advancing all starts to the next row. Above about 3 MB they come from a slower cache.
            row += primes * (0.2e-9 if primes < 200_000 else 1.7e-9)
        seconds = 35e-6 + primes * (1e-9 if residues == 1 else 8e-9) + listed
        seconds += segments * (primes * 1.3e-9 + residues * row) + total * residues * element
        found.append(seconds)
    return found


def least_sieve_seconds(low: int, high: int) -> float:
    """Return the least time of ``IntervalSieve``: that of filling the rows of the largest wheel."""
    return 35e-6 + min(high - low, _WIDEST) * 0.2 * 0.04e-9


def _row_seconds(size: float, root: int, primes: float) -> float:
    """Return the predicted time of filling one row of this many elements and striking it."""
    sliced_to = min(root, size / SLICE_MARKS + 20)
    sliced, log_sliced = _primes_up_to(sliced_to), _log_log(sliced_to)
    seconds = 6e-6 + size * 0.04e-9 + sliced * 0.14e-6 + size * 0.33e-9 * (log_sliced - _LOG_LOG_20)
    bulk_to = min(root, size)
    if bulk_to <= sliced_to:
        return seconds + (primes - sliced) * 1.05e-9
    bulk = _primes_up_to(bulk_to)
    seconds += SLICE_MARKS * 0.7e-6 * min(1.0, size / 2000)
    seconds += 1.2e-9 * (size * (_log_log(bulk_to) - log_sliced) + (bulk - sliced) / 2)
    return seconds + (primes - bulk) * 1.05e-9


def _primes_up_to(x: float) -> float:
    return x / max(math.log(x) - 1.08, 1.0) if x > 20 else 8.0


def _log_log(x: float) -> float:
    return math.log(math.log(x)) if x > 20 else _LOG_LOG_20


def least_candidate_seconds(low: int, high: int) -> float:
    """Return the least time of ``CandidateSieve`` on [low, high]: that of testing every prime."""
    return _LEAST_CANDIDATE_SECONDS + expected_primes(low, high) * test_seconds(high.bit_length())


def candidate_seconds(low: int, high: int, most: int, wanted: float = math.inf) -> float:
    """Return the predicted time of ``CandidateSieve`` on [low, high], low >= 2.

    Testing ends when ``wanted`` primes are found.
    """
    width = min(high - low + 1, _WIDEST)
    bits = high.bit_length()
    bound = max(sieve_bound(low, width, most), 30)
    primes = _primes_up_to(bound)
    windows = math.ceil(width / (2 * WINDOW_ELEMENTS))
    row = _row_seconds(width / windows / 2 + 2, bound, primes) + primes * start_seconds(bits)
    chosen = expected_primes(low, high)
    left = max(width * math.exp(-EULER_GAMMA) / math.log(bound), chosen)
    tested = chosen * test_seconds(bits) + (left - chosen) * composite_seconds(bits)
    tested += left * 0.15e-6
    tested *= min(1.0, wanted / chosen)
    return _LEAST_CANDIDATE_SECONDS + primes * 1e-9 + windows * row + width * 0.3e-9 + tested


def growth_seconds(covered: int, root: int) -> float:
    """Return the predicted time of extending the base primes from covered to root."""
    if root <= covered:
        return 0.0
    # The table at least doubles.
    return (max(root, 2 * covered) - covered) * 0.8e-9


def table_seconds(primes: int, task: Task) -> float:
    """Return the predicted time of reading this many primes from the table."""
    if task is Task.COUNT:
        return 3e-6
    return 5e-6 + primes * 0.35e-9


def step_seconds(bits: int) -> float:
    """Return the predicted time of stepping from a prime of this many bits to the next."""
    return step_cost(bits) * POINT_SECONDS


def stepping_cost(low: int, high: int, count: int, end: int) -> float:
    """Return the points predicted for ``next_primes`` or ``previous_primes``.

    Args:
        low: Least integer of the interval; at least 2.
        high: Greatest integer of the interval.
        count: How many primes are wanted.
        end: The end at which the steps begin: low or high.
    """
    # One more step than the interval has primes shows that there are no others.
    return steps_cost(end, min(count, expected_primes(low, high)))


def page_width(low: int, count: int) -> int:
    """Return the width of a window at low that most likely holds ``count`` primes.

    >>> 20 < page_width(10**6, 2) < 500
    True
    """
    wanted = count + 2.5 * math.sqrt(count) + 3
    return min(int(wanted * math.log(low)) + 1, 2**34 if low < 2**64 else 2 * WINDOW_ELEMENTS)


def stepping_is_cheaper(low: int, count: int) -> bool:
    """Return whether stepping is the cheapest way to find ``count`` primes near low.

    Above 512 bits the answer is False: one step takes too long between two checks of the stop flag.

    >>> stepping_is_cheaper(10**18, 1)
    True
    """
    bits = low.bit_length()
    if bits > 512 or count > 100:
        return False
    stepping = count * step_seconds(bits)
    if stepping < _LEAST_CANDIDATE_SECONDS:
        return True
    return stepping < candidate_seconds(low, low + page_width(low, count), 10**5, count)
