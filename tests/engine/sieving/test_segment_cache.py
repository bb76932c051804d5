"""Kept segments: the same primes as without, only where enough was asked, within their bytes."""

import random
import threading

import numpy as np
import pytest

from engine.errors import DeadlineError
from engine.intervals.prime_ranges import PrimeRanges
from engine.sieving.segment_cache import SegmentCache
from engine.stop import Stop
from tests.oracles import count_by_primesieve

STOP = Stop()
# Far enough from each other that no segment is shared.
PLACES = [2**25 + 1, 10**9, 10**12, 2**44 - 2**17, 2**44 + 1, 10**15, 10**18, 2**64 - 2**15]
ASKED = 40


@pytest.fixture(scope="module")
def kept() -> PrimeRanges:
    return PrimeRanges()


@pytest.fixture(scope="module")
def bare() -> PrimeRanges:
    """Without room for segments."""
    return PrimeRanges(segment_bytes=0)


def wear_in(kept: PrimeRanges, low: int, high: int) -> None:
    """Ask until the segments of an interval are kept."""
    for _ in range(ASKED):
        kept.count(low, high, STOP)


@pytest.mark.parametrize("place", PLACES)
def test_pages_and_counts_are_the_same_with_and_without(
    kept: PrimeRanges, bare: PrimeRanges, place: int
) -> None:
    wear_in(kept, place, place + 10_000)
    assert kept._kept.bytes_held > 0
    chance = random.Random(place)
    for _ in range(40):
        low = place + chance.randrange(-2_000, 12_000)
        high = min(low + chance.randrange(1, 15_000), 2**64 - 1)
        count = chance.choice([0, 1, 2, 20, 150, 1_000])
        for function in ("first_primes", "last_primes"):
            found = getattr(kept, function)(low, high, count, STOP)
            assert list(found) == list(getattr(bare, function)(low, high, count, STOP))
        assert kept.count(low, high, STOP) == bare.count(low, high, STOP)


@pytest.mark.parametrize("number", [2**9, 2**20 + 5])
@pytest.mark.parametrize("before", [0, 1, 2, 100])
@pytest.mark.parametrize("after", [0, 1, 2, 100])
def test_seams_of_segments_lose_no_prime(
    kept: PrimeRanges, number: int, before: int, after: int
) -> None:
    seam = number << 17
    wear_in(kept, seam - 200, seam + 200)
    low, high = seam - before, seam + after
    assert kept.count(low, high, STOP) == count_by_primesieve(low, high)


def test_one_question_lists_no_segment_and_many_do() -> None:
    ranges = PrimeRanges()
    ranges.count(10**12, 10**12 + 1_000, STOP)
    ranges.first_primes(10**14, 10**15, 20, STOP)
    assert ranges._kept.bytes_held == 0
    wear_in(ranges, 10**12, 10**12 + 1_000)
    assert ranges._kept.bytes_held > 0


def test_narrow_questions_use_segments_and_list_none(kept: PrimeRanges) -> None:
    ranges = PrimeRanges()
    for _ in range(1_000):
        ranges.count(10**12, 10**12 + 10, STOP)
    assert ranges._kept.bytes_held == 0
    wear_in(ranges, 10**12, 10**12 + 1_000)
    found = ranges._kept.primes(10**12 + 39, 10**12 + 39, STOP)
    assert found is not None
    assert found.tolist() == [10**12 + 39]


def test_wide_and_huge_intervals_are_none_of_its_business(kept: PrimeRanges) -> None:
    for _ in range(ASKED):
        assert kept._kept.primes(10**12, 10**12 + 10**6, STOP) is None
        assert kept._kept.primes(2**64 - 10, 2**64, STOP) is None
        assert kept._kept.primes(10**30, 10**30 + 100, STOP) is None


def test_segments_keep_to_their_bytes() -> None:
    ranges = PrimeRanges(segment_bytes=200_000)
    for number in range(20):
        place = 10**12 + number * 10**7
        wear_in(ranges, place, place + 1_000)
        assert 0 < ranges._kept.bytes_held <= 200_000
        held = sum(segment.nbytes for segment in ranges._kept._kept.values())
        assert held < ranges._kept.bytes_held
    # The last is kept, the first is not.
    kept = ranges._kept
    assert kept.primes(10**12 + 19 * 10**7, 10**12 + 19 * 10**7 + 10, STOP) is not None
    assert kept.primes(10**12, 10**12 + 10, STOP) is None


def test_places_seen_are_bounded() -> None:
    ranges = PrimeRanges()
    for number in range(3_000):
        ranges._kept.primes(10**12 + number * 10**6, 10**12 + number * 10**6 + 100, STOP)
    assert len(ranges._kept._seen) <= 1_024


def test_kept_primes_cannot_be_changed_by_those_who_get_them(kept: PrimeRanges) -> None:
    low = 10**12
    wear_in(kept, low, low + 1_000)
    found = kept._kept.primes(low, low + 1_000, STOP)
    assert found is not None
    with pytest.raises(ValueError, match="read-only"):
        found[0] = 4
    page = kept.first_primes(low, 2 * low, 10, STOP)
    assert isinstance(page, np.ndarray)
    page[0] = 4
    assert kept.first_primes(low, 2 * low, 1, STOP)[0] == low + 39


def test_stopped_listing_keeps_nothing() -> None:
    ranges = PrimeRanges()
    stop = Stop()
    stop.set()
    segments = ranges._kept
    for _ in range(ASKED):
        try:
            segments.primes(10**12, 10**12 + 10_000, stop)
        except DeadlineError:
            break
    else:
        pytest.fail("no segment was ever listed")
    assert segments.bytes_held == 0


def test_threads_share_segments_without_counting_them_twice() -> None:
    ranges = PrimeRanges(segment_bytes=300_000)
    wrong: list[int] = []

    def ask(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(300):
            low = 10**12 + 10**6 * chance.randrange(12)
            if ranges.count(low, low + 1_000, STOP) != expected[low]:
                wrong.append(low)

    places = [10**12 + 10**6 * k for k in range(12)]
    expected = {low: count_by_primesieve(low, low + 1_000) for low in places}
    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    segments: SegmentCache = ranges._kept
    assert wrong == []
    assert segments.bytes_held == sum(kept.nbytes + 400 for kept in segments._kept.values())


def test_without_room_nothing_is_listed_to_be_kept(
    bare: PrimeRanges, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = []
    monkeypatch.setattr(SegmentCache, "_segment", lambda self, key, stop: listed.append(key))
    wear_in(bare, 10**12 + 2**20, 10**12 + 2**20 + 10_000)
    assert listed == []
