"""Caches whole segments of primes in intervals that are queried often."""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from engine.argument_checks import shown
from engine.errors import DomainError
from engine.sieving.sieve_costs import Task
from engine.sieving.sieve_plan import Planner
from engine.stop import Stop

# The integers of a segment, as a power of 2, and the most segments that one query may span. Below
# 2**44 listing 2**17 integers takes 0.25 to 0.8 ms; above, listing 2**14 takes 0.5 ms.
_WIDE_BITS, _MOST_WIDE = 17, 2
_NARROW_BITS, _MOST_NARROW = 14, 4
_NARROW_FROM = 2**44
_SEGMENT_SECONDS = 0.5e-3
# The least cost of a query without the cache: fixed, and for each integer of its width.
_QUESTION_SECONDS = 60e-6
_INTEGER_SECONDS = 10e-9
# Narrower queries do not count: a check that a cursor points to a prime predicts no later query.
_LEAST_WIDTH = 64
# How many segments that are not cached have their queries counted.
_MOST_SEEN = 1_024
# The memory of a cached segment besides its primes: two table entries and the array's header.
_SEGMENT_BYTES = 400


class SegmentCache:
    """A cache of whole segments of primes with LRU eviction. Thread-safe.

    A segment is listed once the queries about it have cost as much as listing it. So queries never
    cost more than twice what they would cost without the cache. Repeated queries about one segment
    cost 4 to 50 times less (benchmarks/bench_segments.py).

    Args:
        planner: Lists segments.
        max_bytes: The most bytes of all cached segments; 0 turns the cache off.

    Memory: ``max_bytes``; 38 KB a segment at 10**12, 3.5 KB at 10**18.
    """

    def __init__(self, planner: Planner, max_bytes: int) -> None:
        self._planner = planner
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, int], NDArray[np.uint64]] = OrderedDict()
        self._seen: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._bytes = 0

    @property
    def bytes_held(self) -> int:
        """The bytes of all cached segments."""
        return self._bytes

    def primes(self, low: int, high: int, stop: Stop) -> NDArray[np.uint64] | None:
        """Return the primes of [low, high], ascending, read-only; None if the cache cannot help.

        Args:
            low: At least 2.
            high: At least low.
            stop: Checked while a segment is listed.

        Raises:
            DomainError: low is below 2, or high is below low.
            DeadlineError: stopped.

        Cost: 5 us; 0.5 ms for each segment that is listed, at most four.
        """
        if not 2 <= low <= high:
            raise DomainError(f"need 2 <= low <= high, got low={shown(low)}, high={shown(high)}")
        if high >= 2**64 or not self._max_bytes:
            return None
        is_wide = high < _NARROW_FROM
        bits, most = (_WIDE_BITS, _MOST_WIDE) if is_wide else (_NARROW_BITS, _MOST_NARROW)
        first, last = low >> bits, high >> bits
        if last - first >= most:
            return None
        keys = [(bits, number) for number in range(first, last + 1)]
        if not self._are_worth_it(keys, high - low + 1):
            return None
        parts = [self._segment(key, stop) for key in keys]
        begin = int(np.searchsorted(parts[0], np.uint64(low)))
        end = int(np.searchsorted(parts[-1], np.uint64(high), side="right"))
        if len(parts) == 1:
            return parts[0][begin:end]
        return np.concatenate((parts[0][begin:], *parts[1:-1], parts[-1][:end]))

    def _are_worth_it(self, keys: list[tuple[int, int]], width: int) -> bool:
        """Return whether each segment is cached, or its queries have cost as much as listing it."""
        with self._lock:
            missing = [key for key in keys if key not in self._kept]
            if not missing or width < _LEAST_WIDTH:
                return not missing
            spent = (_QUESTION_SECONDS + width * _INTEGER_SECONDS) / len(keys)
            for key in missing:
                self._seen[key] = self._seen.pop(key, 0.0) + spent
            are_worth_it = all(self._seen[key] >= _SEGMENT_SECONDS for key in missing)
            while len(self._seen) > _MOST_SEEN:
                self._seen.popitem(last=False)
        return are_worth_it

    def _segment(self, key: tuple[int, int], stop: Stop) -> NDArray[np.uint64]:
        """Return a segment: from the cache, or listed and then cached."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                return kept
        bits, number = key
        low, high = number << bits, ((number + 1) << bits) - 1
        pieces = self._planner.pieces(low, high, Task.LIST)
        arrays = [array for piece in pieces for array in piece.arrays(stop)]
        # Copied, because a view would keep the whole underlying array in memory.
        primes = np.concatenate(arrays)
        primes.flags.writeable = False
        self._keep(key, primes)
        return primes

    def _keep(self, key: tuple[int, int], primes: NDArray[np.uint64]) -> None:
        """Cache a segment; evict the least recently used ones that no longer fit."""
        with self._lock:
            self._seen.pop(key, None)
            if key not in self._kept:
                self._kept[key] = primes
                self._bytes += primes.nbytes + _SEGMENT_BYTES
            while self._bytes > self._max_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.nbytes + _SEGMENT_BYTES
