"""Tests whether one integer is prime: proven prime, probable prime, or composite with a witness."""

import itertools
import math

from flint import fmpz

from engine import flint_calls
from engine.cost_curve import cost_at
from engine.errors import CapacityError
from engine.flint_calls import WORD_END
from engine.results import Primality, PrimalityMethod, PrimalityVerdict

MAX_PROOF_DIGITS = 300
"""``is_prime`` proves primes of up to this many decimal digits; the longest take about 1.3 s."""

_PROOF_END = 10**MAX_PROOF_DIGITS

PRIMORIAL_47 = 614889782588491410
"""The product of the primes up to 47: the greatest primorial below 2**64."""

_TRIAL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)
_TRIAL_END = 53**2

# (bits, points) of one BPSW test of a prime; a composite costs less. FLINT 3.6,
# benchmarks/bench_integers.py.
_BPSW_CURVE = (
    (32, 0.007),
    (64, 0.016),
    (66, 0.026),
    (82, 0.032),
    (85, 0.045),
    (96, 0.062),
    (129, 0.09),
    (130, 0.19),
    (192, 0.27),
    (256, 0.41),
    (512, 1.6),
    (1024, 8.9),
    (2048, 63.0),
    (4423, 510.0),
    (11213, 5100.0),
)
# The modular power of a witness costs this share of a BPSW test of a prime.
_WITNESS_SHARE = 0.35
_PROOF_CURVE = (
    (64, 0.02),
    (81, 0.05),
    (82, 8.0),
    (128, 18.0),
    (192, 130.0),
    (256, 250.0),
    (384, 530.0),
    (512, 1150.0),
    (768, 4600.0),
    (996, 12500.0),
)


def is_prime(n: int) -> bool:
    """Return whether n is prime, with proof.

    Args:
        n: Any integer; negative integers, 0 and 1 are not prime.

    Raises:
        CapacityError: n passes BPSW and has more than MAX_PROOF_DIGITS digits.

    Cost: 1 us below 2**64; see ``is_prime_cost`` above.
    Source: Below 2**64, FLINT's ``n_is_prime``: a table, then a strong test to base 2 and one to a
        base from a table. FLINT's authors made that table from Feitsma's list of all pseudoprimes
        to base 2 below 2**64, so that none passes both tests. Above, BPSW (Baillie & Wagstaff,
        *Math. Comp.* 35 (1980), 1391-1417), then FLINT's ``fmpz_is_prime``: 13 strong tests below
        3317044064679887385961981 (Sorenson & Webster, *Math. Comp.* 86 (2017), 985-1003), else the
        tests of Brillhart, Lehmer & Selfridge on n - 1 and n + 1 (*Math. Comp.* 29 (1975),
        620-647), else APR-CL (Cohen & Lenstra, *Math. Comp.* 42 (1984), 297-330).

    >>> is_prime(97), is_prime(561), is_prime(-7)
    (True, False, False)
    """
    if n < _PROOF_END:
        return flint_calls.prove(n)
    if flint_calls.is_probable_prime(n):
        raise CapacityError(
            f"a probable prime of more than {MAX_PROOF_DIGITS} digits is not proven here"
        )
    return False


def is_probable_prime(n: int) -> bool:
    """Return whether n passes BPSW; below 2**64, whether it is prime.

    Every prime passes. No composite that passes is known.

    Args:
        n: Any integer. Below 2**64 the answer is proven, by the tests of ``is_prime``.

    Cost: see ``is_probable_prime_cost``; about 0.7 s for a prime of 4,096 digits.
    Source: Baillie & Wagstaff, *Math. Comp.* 35 (1980), 1391-1417.

    >>> is_probable_prime(2**521 - 1)
    True
    """
    return flint_calls.is_probable_prime(n)


def primality(n: int) -> Primality:
    """Return a verdict on the primality of n, the method, and a witness if n is composite.

    An integer of more than MAX_PROOF_DIGITS digits that passes BPSW is a PROBABLE_PRIME. The method
    BPSW_64 stands for FLINT's tests below 2**64, two strong tests. The method APR_CL stands for all
    of FLINT's proof, which tries the factors of n - 1 and n + 1 before APR-CL.

    Args:
        n: Any integer; n <= 1 is NEITHER.

    Cost: as ``is_prime``, and one modular power for the witness of a composite.

    >>> primality(91).verdict.name, primality(91).witness
    ('COMPOSITE', 2)
    """
    if n <= 1:
        return Primality(n, PrimalityVerdict.NEITHER, PrimalityMethod.BY_DEFINITION)
    if any(n % p == 0 and n != p for p in _TRIAL_PRIMES):
        return _composite(n, PrimalityMethod.TRIAL_DIVISION)
    if n < _TRIAL_END:
        return Primality(n, PrimalityVerdict.PRIME, PrimalityMethod.TRIAL_DIVISION)
    if not flint_calls.is_probable_prime(n):
        return _composite(n, PrimalityMethod.BPSW_64 if n < WORD_END else PrimalityMethod.BPSW)
    if n < WORD_END:
        return Primality(n, PrimalityVerdict.PRIME, PrimalityMethod.BPSW_64)
    if n >= _PROOF_END:
        return Primality(n, PrimalityVerdict.PROBABLE_PRIME, PrimalityMethod.BPSW)
    if not flint_calls.prove(n):
        return _composite(n, PrimalityMethod.APR_CL)
    return Primality(n, PrimalityVerdict.PRIME, PrimalityMethod.APR_CL)


def least_witness(n: int) -> int:
    """Return the least base for which a composite n >= 4 fails the strong probable prime test.

    It is less than n. For even n and for 9 it is 2. For any other odd composite n, at least three
    quarters of the bases below n are witnesses (Rabin, *J. Number Theory* 12 (1980), 128-138).

    Cost: for nearly all n, as ``is_probable_prime``.

    >>> least_witness(2047)
    3
    """
    return next(base for base in itertools.count(2) if _is_witness(base, n))


def is_prime_cost(n: int) -> float:
    """Return the points predicted for ``is_prime(n)``.

    If no prime up to 47 divides n, it is priced as a prime.
    """
    return _small_factor_cost(n) if _has_small_factor(n) else prime_cost(n.bit_length())


def primality_cost(n: int) -> float:
    """Return the points predicted for ``primality(n)``, with its trial division and witness."""
    if _has_small_factor(n):
        return 0.03 + _WITNESS_SHARE * _bpsw_cost(n.bit_length())
    return 0.03 + prime_cost(n.bit_length())


def is_probable_prime_cost(n: int) -> float:
    """Return the points predicted for ``is_probable_prime(n)``, as in ``is_prime_cost``."""
    return _small_factor_cost(n) if _has_small_factor(n) else _bpsw_cost(n.bit_length())


def prime_cost(bits: int) -> float:
    """Return the points predicted for proving a prime of this size, or for BPSW if it is longer."""
    if WORD_END.bit_length() <= bits <= _PROOF_END.bit_length():
        return _bpsw_cost(bits) + cost_at(_PROOF_CURVE, bits)
    return _bpsw_cost(bits)


def _has_small_factor(n: int) -> bool:
    """Return whether n > 47 is divisible by a prime up to 47, or n < 2. Cost: 0.1 us."""
    return n < 2 or (n > _TRIAL_PRIMES[-1] and math.gcd(n, PRIMORIAL_47) > 1)


def _bpsw_cost(bits: int) -> float:
    """Return the points predicted for a BPSW test of a prime of this size."""
    return cost_at(_BPSW_CURVE, max(bits, 1))


def _small_factor_cost(n: int) -> float:
    """Return the points predicted for finding a small factor; most are for passing n to FLINT."""
    return 0.005 + 1e-5 * n.bit_length()


def _composite(n: int, method: PrimalityMethod) -> Primality:
    """Return the verdict on a composite n >= 4 with its least witness."""
    return Primality(n, PrimalityVerdict.COMPOSITE, method, least_witness(n))


def _is_witness(base: int, n: int) -> bool:
    """Return whether n > base >= 2 fails the strong probable prime test to the base."""
    twos = ((n - 1) & (1 - n)).bit_length() - 1
    power = pow(fmpz(base), (n - 1) >> twos, fmpz(n))
    if power in (1, n - 1):
        return False
    for _ in range(twos - 1):
        power = power * power % n
        if power == n - 1:
            return False
    return True
