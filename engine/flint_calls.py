"""The only calls of FLINT's primality tests, proofs and factorizations.

They avoid proofs that do not end. FLINT's ``fmpz_is_prime`` runs a strong test to base 2, then a
proof that searches for suitable bases. For a Carmichael number above 3317044064679887385961981 that
passes the test to base 2, no base may be suitable: then the proof never ends. ``fmpz_factor``
proves the factors that it finds in the same way. Therefore:

- ``prove`` runs the proof only after BPSW, which no such Carmichael number is known to pass.
- ``factors`` refuses such a number. An integer of up to 96 bits without factors up to 15 bits
  cannot be the product of such a number and another prime.
- Above 96 bits, ``parts_of_size`` and ``factors`` may split off such a number as one part. Callers
  run them in a process that can be killed.
"""

from typing import Final

import gmpy2
from flint import fmpz

from engine.errors import InvariantError

WORD_END: Final = 2**64
LEAST_ENDLESS: Final = 3317044064679887385961981
"""FLINT's proof of every integer below this one ends."""

_FERMAT_BASES: Final = (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71)

Part = tuple[int, int]
"""A divisor greater than 1, and its exponent."""

is_word_prime = fmpz.is_prime
"""Whether an ``fmpz`` below 2**64 is prime: a table, then at most two strong tests."""

is_probable = fmpz.is_probable_prime
"""Whether an ``fmpz`` passes BPSW."""


def is_probable_prime(n: int) -> bool:
    """Return whether n passes BPSW: prime or, from 2**64 on, possibly a pseudoprime.

    >>> is_probable_prime(2**127 - 1)
    True
    """
    return bool(fmpz(n).is_probable_prime())


def prove(n: int) -> bool:
    """Return whether n is prime, with proof. The cost grows fast above 2**64 and has no bound.

    >>> prove(2**127 - 1)
    True
    """
    candidate = fmpz(n)
    if n < WORD_END:
        return bool(candidate.is_prime())
    return bool(candidate.is_probable_prime() and candidate.is_prime())


def word_factors(n: int) -> list[Part]:
    """Return the prime factors of 0 < \\|n\\| < 2**64.

    >>> word_factors(360)
    [(2, 3), (3, 2), (5, 1)]
    """
    return _parts(fmpz(n).factor())


def small_parts(n: int) -> list[Part]:
    """Return the prime factors of n > 0 up to 15 bits, and the cofactor, perhaps as a power.

    Each part below 2**64 is prime.

    >>> small_parts(12 * (2**61 - 1))
    [(2, 2), (3, 1), (2305843009213693951, 1)]
    """
    return _parts(fmpz(n).factor_smooth(15, -1))


def trial_parts(n: int, primes: int) -> list[Part]:
    """Return the factors of n > 0 among the first ``primes`` primes, and the cofactor.

    Each part below 2**64 is prime.

    >>> trial_parts(35, 3)
    [(5, 1), (7, 1)]
    """
    return _parts(fmpz(n).factor(trial_limit=primes))


def parts_of_size(n: int, bits: int) -> list[Part]:
    """Return the parts of n > 0 after a search for prime factors of up to ``bits`` bits.

    The search uses elliptic curves. It is deterministic.

    >>> sorted(parts_of_size((2**31 - 1) * (2**61 - 1), 40))
    [(2147483647, 1), (2305843009213693951, 1)]
    """
    return _parts(fmpz(n).factor_smooth(bits, 0))


def factors(n: int) -> list[Part]:
    """Return the prime factors of a composite n.

    Raises:
        InvariantError: FLINT might not end, because n is probably a Carmichael number.

    >>> factors((2**31 - 1) * (2**61 - 1))
    [(2147483647, 1), (2305843009213693951, 1)]
    """
    if could_be_endless(n):
        raise InvariantError(f"FLINT might not end on a pseudoprime of {n.bit_length()} bits")
    return _parts(fmpz(n).factor())


def could_be_endless(n: int) -> bool:
    """Return whether FLINT's proof of a composite n might not end.

    The proof ends at the first base b with b^(n-1) != 1 modulo n. For a Carmichael number only the
    multiples of its prime factors are such bases.

    Cost: for nearly all n, one modular power.

    >>> could_be_endless(2**127 + 1)
    False
    """
    if n < WORD_END or not gmpy2.is_strong_prp(n, 2):
        return False
    return all(gmpy2.powmod(base, n - 1, n) == 1 for base in _FERMAT_BASES)


def _parts(pairs: list[tuple[fmpz, int]]) -> list[Part]:
    """Return FLINT's pairs as Python integers."""
    return [(int(part), exponent) for part, exponent in pairs]
