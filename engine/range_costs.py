"""Predicted CPU time of sieving: to take the cheapest way, and to know the price before."""

import enum
import math

from engine.sieve import ROW_ELEMENTS, SEGMENT_BYTES
from engine.sieve_candidates import WINDOW_ELEMENTS, sieve_bound, test_seconds
from engine.wheel import Wheel

# A point is what one core of the reference machine does in this many seconds.
POINT_SECONDS = 1e-4
_EULER_GAMMA = 0.5772156649015329
# Wider intervals are priced as if they had this width: it is out of reach, and fits a float.
_WIDEST = 2**80


class Task(enum.Enum):
    """What is wanted of the primes of an interval."""

    LIST = "list"
    COUNT = "count"
    SUM = "sum"


def expected_primes(low: int, high: int) -> float:
    """Return about how many primes lie in [low, high], by the density 1 / ln x; high >= 2."""
    low = max(low, 2)
    if high < low:
        return 0.0
    middle = (low + high) // 2
    return min(high - low + 1, _WIDEST) / max(math.log(middle) - 0.5, 0.7) + 1


def sieve_seconds(wheel: Wheel, low: int, high: int, task: Task) -> float:
    """Return about how long ``IntervalSieve`` takes, base primes at hand."""
    width = min(high - low + 1, _WIDEST)
    root = math.isqrt(high)
    primes = root / max(math.log(root) - 1.1, 1)
    residues = len(wheel.residues)
    most = min(ROW_ELEMENTS, SEGMENT_BYTES // -(-residues // 8))
    total = width // wheel.modulus + 2
    segments = -(-total // most)
    size = total / segments
    sliced = min(primes, size / 250 / math.log(size / 250 + 3))
    rounds = min(250.0, size / 20) if primes > sliced else 0.0
    row = 8e-6 + sliced * 0.2e-6 + rounds * 2e-6 + primes * (0.6e-9 + 2.0e-9 * (root > size))
    elements = total * residues
    marks = max(math.log(math.log(root + 20) / 3.0), 0.05)
    seconds = 30e-6 + primes * 6e-9 + residues * segments * row + elements * marks * 1.2e-9
    if task is Task.SUM:
        return seconds + elements * 0.7e-9
    if task is Task.LIST:
        return seconds + elements * 0.8e-9 + expected_primes(low, high) * 2.5e-9
    return float(seconds + elements * 0.05e-9)


def candidate_seconds(low: int, high: int, most: int) -> float:
    """Return about how long ``CandidateSieve`` takes on [low, high]."""
    width = min(high - low + 1, _WIDEST)
    windows = -(-width // (2 * WINDOW_ELEMENTS))
    bound = sieve_bound(low, width, most)
    bits = high.bit_length()
    limbs = bits / 32 if bits > 64 else 1
    primes = bound / math.log(bound)
    start = primes * windows * (3e-9 + 2.5e-9 * limbs)
    test = test_seconds(bits)
    chosen = expected_primes(low, high)
    left = max(width * math.exp(-_EULER_GAMMA) / math.log(bound), chosen)
    quick = 0.45 if bits <= 64 else 1.0 / 16 + 0.1
    tested = (chosen + (left - chosen) * quick) * test
    return 60e-6 * windows + start + width * 1.2e-9 + tested


def growth_seconds(covered: int, root: int) -> float:
    """Return about how long it takes to extend the base primes from covered to root."""
    return max(0, root - covered) * 1.5e-9


def table_seconds(primes: int, task: Task) -> float:
    """Return about how long it takes to use this many primes of the table."""
    if task is Task.COUNT:
        return 5e-6
    return 8e-6 + primes * (0.5e-9 if task is Task.LIST else 0.4e-9)


def step_seconds(bits: int) -> float:
    """Return about how long it takes to step from a prime of this many bits to the next.

    Measured with GMP 6.3: 4 us at 40 bits, 7 us at 60, 77 us at 166, 0.37 ms at 332, 19 ms at 997.
    """
    if bits <= 64:
        return 1.2e-7 * bits
    return float(20e-6 + 0.37e-3 * (bits / 332) ** 3.4)


def page_width(low: int, count: int) -> int:
    """Return the width of a window at low that is likely to hold ``count`` primes."""
    wanted = count + 2.5 * math.sqrt(count) + 3
    return min(int(wanted * math.log(low)) + 1, 2**34 if low < 2**64 else 2 * WINDOW_ELEMENTS)


def window_seconds(low: int, count: int, most: int) -> float:
    """Return about how long it takes to find ``count`` primes from low on by windows."""
    return candidate_seconds(low, low + page_width(low, count), most)


def page_seconds(low: int, high: int, count: int, most: int) -> float:
    """Return about how long it takes to find ``count`` primes from one end of [low, high]."""
    if high <= low + page_width(low, count):
        return 20e-6 + candidate_seconds(low, high, most)
    if stepping_is_cheaper(high, count):
        return 20e-6 + count * step_seconds(high.bit_length())
    windows = math.ceil(count * math.log(high) / page_width(high, count))
    return 20e-6 + windows * window_seconds(high, count, most)


def stepping_is_cheaper(low: int, count: int) -> bool:
    """Whether to find ``count`` primes near low by stepping: up to 512 bits, to stay stoppable."""
    bits = low.bit_length()
    if bits > 512 or count > 100:
        return False
    return count * step_seconds(bits) < window_seconds(low, count, 10**5)
