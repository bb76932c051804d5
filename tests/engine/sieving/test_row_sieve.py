"""The kernels of one segment against plain Python integers."""

import numpy as np
import pytest

from engine.sieving.row_sieve import WheelSieve, residues_modulo
from engine.sieving.small_primes import SmallPrimes
from engine.sieving.wheel import Wheel, standard_wheels
from engine.stop import Stop

PRIMES = SmallPrimes(10**5).primes


@pytest.mark.parametrize(
    "n", [0, 1, 2**32 - 1, 2**53 - 1, 2**53, 2**53 + 1, 2**64 - 1, 2**64, 10**20, 7**300]
)
def test_residues_are_exact_at_every_size(n: int) -> None:
    large = np.array([2**31 - 1], dtype=np.uint32)
    primes = np.concatenate((PRIMES, large))
    assert residues_modulo(n, primes).tolist() == [n % p for p in primes.tolist()]


@pytest.mark.parametrize("multiple_of", [99_991, 65_537, 3])
def test_residues_are_exact_beside_multiples(multiple_of: int) -> None:
    prime = np.array([multiple_of], dtype=np.uint32)
    for quotient in (1, 10**6, (2**53 - 2) // multiple_of):
        for offset in (-1, 0, 1):
            n = multiple_of * quotient + offset
            assert residues_modulo(n, prime).tolist() == [n % multiple_of]


@pytest.mark.parametrize("wheel", standard_wheels(), ids=lambda wheel: str(wheel.modulus))
def test_inverses_are_inverses(wheel: Wheel) -> None:
    primes = PRIMES[np.searchsorted(PRIMES, wheel.largest_struck, side="right") :]
    product = wheel.inverses(primes).astype(np.uint64) * np.uint64(wheel.modulus)
    assert np.all(product % primes == 1)


@pytest.mark.parametrize("wheel", standard_wheels(), ids=lambda wheel: str(wheel.modulus))
@pytest.mark.parametrize("size", [1, 2, 37, 1000, 30_000])
def test_rows_keep_exactly_what_no_base_prime_divides(wheel: Wheel, size: int) -> None:
    base_primes = PRIMES[PRIMES <= 3000]
    first = 10**7 // wheel.modulus
    sieve = WheelSieve(wheel, base_primes, size)
    rows = sieve.rows(first, size, Stop())
    for residue, mask in rows:
        values = wheel.modulus * np.arange(first, first + size, dtype=np.uint64) + residue
        expected = np.ones(size, dtype=np.bool_)
        for p in base_primes.tolist():
            expected &= values % np.uint64(p) != 0
        assert mask.tolist() == expected.tolist()
        if residue > 40:
            break


@pytest.mark.parametrize("wheel", standard_wheels(), ids=lambda wheel: str(wheel.modulus))
def test_octet_groups_continue_the_struck_primes_without_a_gap(wheel: Wheel) -> None:
    primes = sorted(p for group in wheel.packed_groups for p in group)
    begin = int(np.searchsorted(PRIMES, wheel.largest_struck, side="right"))
    assert primes == PRIMES[begin : begin + len(primes)].tolist()


@pytest.mark.parametrize("wheel", standard_wheels()[1:3], ids=lambda wheel: str(wheel.modulus))
@pytest.mark.parametrize("size", [1, 1000, 50_000])
def test_octet_patterns_strike_exactly_the_multiples(wheel: Wheel, size: int) -> None:
    first = 10**9 // wheel.modulus
    primes = [p for group in wheel.packed_groups for p in group]
    for number in range(len(wheel.residues) // 8):
        packed = np.full(size, 255, dtype=np.uint8)
        wheel.packed_presieve.strike(packed, number, first)
        for bit in range(8):
            residue = wheel.residues[8 * number + bit]
            values = wheel.modulus * np.arange(first, first + size, dtype=np.int64) + residue
            expected = np.ones(size, dtype=np.bool_)
            for p in primes:
                expected &= values % p != 0
            assert np.array_equal((packed >> np.uint8(bit)) & 1, expected)
