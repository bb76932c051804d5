"""The shipped checkpoints against primecount, and the file they come from."""

import random
from pathlib import Path

import numpy as np
import pytest

from engine.counting.checkpoint_file import DATA, read_checkpoints, write_checkpoints
from engine.counting.checkpoints import Checkpoints, no_checkpoints, shipped_checkpoints
from engine.errors import InvariantError
from tests.engine.published import published
from tests.oracles import prime_count_by_primecount, primes_by_primesieve

SHIPPED = shipped_checkpoints()
GENERATOR = random.Random(7)
PLACES = sorted(GENERATOR.randrange(0, SHIPPED.end // SHIPPED.spacing) for _ in range(60))
COUNTS = np.array([25, 21, 16, 16, 17, 14, 16, 14, 15, 14], dtype=np.uint32)  # 10 hundreds
HUNDREDS = Checkpoints(COUNTS, 100)


@pytest.mark.parametrize("number", [0, 1, 2, *PLACES, SHIPPED.end // SHIPPED.spacing])
def test_shipped_checkpoints_agree_with_primecount(number: int) -> None:
    place = number * SHIPPED.spacing
    expected = prime_count_by_primecount(max(place - 1, 0))
    assert SHIPPED.nearest(min(place, SHIPPED.end - 1)) == (place, expected)


def test_header_describes_the_counts() -> None:
    header, counts = read_checkpoints()
    assert counts.size == header.entries
    assert header.command.startswith("python -m scripts.make_checkpoints")
    assert SHIPPED.end == header.spacing * header.entries
    assert SHIPPED.end > 10**13
    assert (DATA / "checkpoints.bin").stat().st_size < 2_000_000


@pytest.mark.parametrize(
    ("x", "place", "below"),
    [(0, 0, 0), (49, 0, 0), (50, 100, 25), (100, 100, 25), (149, 100, 25), (999, 1000, 168)],
)
def test_nearest_checkpoint(x: int, place: int, below: int) -> None:
    assert HUNDREDS.nearest(x) == (place, below)


@pytest.mark.parametrize("n", [1, 24, 25, 26, 46, 47, 167, 168])
def test_located_place_is_in_the_interval_of_the_prime(n: int) -> None:
    prime = primes_by_primesieve(0, 1000)[n - 1]
    located = HUNDREDS.locate(n)
    assert prime // 100 * 100 <= located + 1 <= (prime // 100 + 1) * 100


def test_no_checkpoints_cover_nothing() -> None:
    assert no_checkpoints().end == 0
    assert no_checkpoints().last_rank == 0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_checkpoints(COUNTS, 100, "a command", "2026-11-23", tmp_path)
    header, counts = read_checkpoints(tmp_path)
    assert (header.spacing, header.entries, header.command) == (100, 10, "a command")
    assert counts.tolist() == COUNTS.tolist()


def test_damaged_counts_are_refused(tmp_path: Path) -> None:
    write_checkpoints(COUNTS, 100, "a command", "2026-11-23", tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    write_checkpoints(COUNTS[::-1], 100, "a command", "2026-11-23", other)
    (tmp_path / "checkpoints.bin").write_bytes((other / "checkpoints.bin").read_bytes())
    with pytest.raises(InvariantError, match="checksum"):
        read_checkpoints(tmp_path)


def test_the_last_checkpoint_agrees_with_published_counts() -> None:
    for k, expected in enumerate(published("prime_count_of_power_of_ten"), start=1):
        if 10**k < SHIPPED.end:
            place, below = SHIPPED.nearest(10**k)
            assert abs(below - expected) <= abs(place - 10**k)
