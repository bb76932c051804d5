"""Factors one integer, at once or in stages; each stage keeps the factors found before."""

import math
from collections import Counter
from collections.abc import Iterable

from engine import flint_calls
from engine.cost_curve import cost_at
from engine.errors import DomainError, InvariantError
from engine.factoring.splitting import Split, complete_split, search_split, small_split, trial_split
from engine.flint_calls import WORD_END
from engine.primality.primality import PRIMORIAL_47, is_prime, prime_cost
from engine.results import Factorization, PrimePower

_WORD_BITS = 64

# The size in bits of the prime factors that each stage looks for: the first by trial division, the
# others by elliptic curves. A stage costs about 4 times the one before it. One more stage follows:
# FLINT's quadratic sieve (benchmarks/bench_integers.py).
_TRIAL_STAGE = 0
_STAGE_BITS = (20, 28, 36, 44, 52, 60)
STAGES = len(_STAGE_BITS) + 1
"""How many stages ``refine`` has; the last one always completes the factorization."""

# (bits, points) of FLINT 3.6 on a product of two primes of one size; benchmarks/bench_integers.py.
_FACTOR_CURVE = (
    (16, 0.03),
    (32, 0.04),
    (40, 0.1),
    (48, 0.25),
    (56, 0.75),
    (60, 1.7),
    (64, 4.5),
    (65, 11.0),
    (68, 16.0),
    (69, 48.0),
    (76, 48.0),
    (77, 29.0),
    (80, 31.0),
    (81, 48.0),
    (86, 49.0),
    (87, 53.0),
    (88, 58.0),
    (89, 95.0),
    (94, 95.0),
    (95, 108.0),
    (96, 118.0),
    (97, 36.0),
    (100, 41.0),
    (110, 66.0),
    (120, 120.0),
    (140, 460.0),
    (160, 1900.0),
    (200, 28000.0),
    (233, 250000.0),
)
# Points of trial division for each bit of the integer.
_TRIAL_COST = 0.004
# The share of a primality proof that the price of a search includes. A search may split off a prime
# of nearly full size that has to be proven, but mostly does not.
_PROOF_SHARE = 0.4
# (bits, points) of trial division by primes up to 20 bits.
_TRIAL_STAGE_CURVE = (
    (64, 4.0),
    (300, 7.0),
    (1024, 21.0),
    (4096, 190.0),
    (13600, 650.0),
)
# (bits looked for, points) on an integer of 300 bits.
_ELLIPTIC_CURVE_COST = ((20, 5.0), (30, 75.0), (40, 490.0), (50, 3200.0), (60, 20000.0))


def factorize(n: int) -> Factorization:
    """Return the complete factorization of n; check its product and that each factor is prime.

    Args:
        n: Any integer; the result keeps the sign. 0, 1 and -1 have no factors.

    Raises:
        CapacityError: n has a probable prime factor of more than ``primality.MAX_PROOF_DIGITS``
            digits.
        InvariantError: The check failed.

    Cost: 15 us for a random integer below 2**64; see ``factorize_cost`` for the hardest integers.
    Source: FLINT 3.6, ``fmpz_factor``: trial division, one line factoring and SQUFOF below 2**64;
        elliptic curves and the self-initializing quadratic sieve above.

    >>> factorize(-360).expression
    '-1 * 2^3 * 3^2 * 5'
    """
    partial = begin(n)
    return partial if partial.is_complete else refine(partial, STAGES - 1)


def begin(n: int) -> Factorization:
    """Return a first factorization of n, by trial division up to 15 bits and by special forms.

    The forms are perfect powers and those of ``special_factors``, such as Carmichael numbers and
    products of close primes. Below 2**64 the factorization is complete. The ``composites`` are
    above 2**64; every other part is proven prime.

    Raises:
        CapacityError: A part is a probable prime of more than ``primality.MAX_PROOF_DIGITS``
            digits.
        InvariantError: The check failed.

    Cost: see ``begin_cost``.

    >>> begin(2**128).expression
    '2^128'
    """
    if -WORD_END < n < WORD_END:
        return _factorize_word(n)
    return _combined(n, Counter(), small_split(abs(n)))


def refine(partial: Factorization, stage: int) -> Factorization:
    """Return the factorization after one more stage of splitting its composites.

    The first stage divides by all primes of up to 20 bits. The next stages look for larger and
    larger factors by elliptic curves; each finds a factor of its size with a probability of about a
    third. A composite that is cheaper to factor than to search is factored completely. The last
    stage factors everything.

    Args:
        partial: The result of ``begin`` or of an earlier stage.
        stage: 0 <= stage < STAGES, ascending from call to call; stages may be skipped.

    Raises:
        DomainError: There is no such stage.
        CapacityError: A part is a probable prime of more than ``primality.MAX_PROOF_DIGITS``
            digits; then ``partial`` cannot be refined.
        InvariantError: The check failed.

    Cost: see ``refine_cost``. Holds the GIL; only ending the process stops it. After the first
        stage, run composites of more than 96 bits in a process that can be killed: FLINT may meet a
        pseudoprime for which its proof does not end (see ``engine.flint_calls``).
    Source: Lenstra, *Ann. of Math.* 126 (1987), 649-673; FLINT 3.6, ``fmpz_factor_smooth``.

    >>> refine(begin(10**20 + 1), STAGES - 1).expression
    '73 * 137 * 1676321 * 5964848081'
    """
    _require_stage(stage)
    if partial.is_complete:
        return partial
    known = Counter({power.prime: power.exponent for power in partial.factors})
    parts = [
        Split(one.part, one.exponent * copies, one.is_probable)
        for composite, copies in Counter(partial.composites).items()
        for one in _split(composite, stage)
    ]
    return _combined(partial.value, known, parts)


def factorize_cost(n: int) -> float:
    """Return the points predicted for ``factorize(n)``, in the hardest case for its size.

    In the hardest case, n without its small factors is a product of two primes of equal size. Most
    integers above 2**64 cost far less; ``refine_cost`` of ``begin(n)`` is closer.
    """
    bits = _rough_bits(n)
    return begin_cost(n) + (_factor_cost(bits) if bits > _WORD_BITS else 0.0)


def begin_cost(n: int) -> float:
    """Return the points predicted for ``begin(n)``, with a primality proof of the cofactor."""
    return _begin_cost(n.bit_length(), _rough_bits(n))


def begin_rough_cost(bits: int) -> float:
    """Return ``begin_cost`` of an integer of ``bits`` bits without a prime factor up to 47."""
    return _begin_cost(bits, bits)


def refine_cost(partial: Factorization, stage: int) -> float:
    """Return the points predicted for ``refine(partial, stage)``.

    Raises:
        DomainError: There is no such stage.
    """
    _require_stage(stage)
    return sum(_split_cost(composite, stage) for composite in set(partial.composites))


def _factorize_word(n: int) -> Factorization:
    """Return the complete factorization of \\|n\\| < 2**64."""
    if n == 0:
        return Factorization(0, 0, ())
    product = sign = 1 if n > 0 else -1
    powers = []
    for prime, exponent in flint_calls.word_factors(n):
        product *= prime**exponent
        if not is_prime(prime):
            raise InvariantError(f"{prime} was returned as a prime factor and is not prime")
        powers.append((prime, exponent))
    if product != n:
        raise InvariantError(f"the factors of {n} multiply to {product}")
    powers.sort()
    return Factorization(n, sign, tuple([PrimePower(*power) for power in powers]))


def _combined(value: int, known: Counter[int], parts: Iterable[Split]) -> Factorization:
    """Return the checked factorization of value from its known primes and its other parts."""
    exponents, composites = Counter(known), Counter[int]()
    for part, exponent, is_probable in parts:
        if is_probable and is_prime(part):
            exponents[part] += exponent
        else:
            composites[part] += exponent
    factors = tuple(PrimePower(*power) for power in sorted(exponents.items()))
    sign = 1 if value > 0 else -1
    unsplit = tuple(sorted(composites.elements()))
    product = math.prod(power.prime**power.exponent for power in factors) * math.prod(unsplit)
    if sign * product != value:
        raise InvariantError(f"the factors of an integer of {value.bit_length()} bits miss it")
    return Factorization(value, sign, factors, unsplit)


def _split(composite: int, stage: int) -> list[Split]:
    """Return parts of a composite > 2**64, as far as the stage goes."""
    if _is_factored_at(composite, stage):
        return complete_split(composite)
    if stage == _TRIAL_STAGE:
        return trial_split(composite)
    return search_split(composite, _STAGE_BITS[stage])


def _rough_bits(n: int) -> int:
    """Return the bits of n without its prime factors up to 47; at least 1.

    Odd primes are removed up to their 30th power only, so that the cost stays at 1 us.
    """
    rough = abs(n) // ((n & -n) or 1) or 1
    divisor = PRIMORIAL_47
    for _ in range(4):
        divisor = math.gcd(rough, divisor * divisor)
        rough //= divisor
    return rough.bit_length()


def _is_factored_at(composite: int, stage: int) -> bool:
    """Return whether the stage factors the composite completely: it is the last, or as cheap."""
    bits = composite.bit_length()
    return stage == STAGES - 1 or _factor_cost(bits) < 2 * _search_cost(bits, stage)


def _split_cost(composite: int, stage: int) -> float:
    """Return the points predicted for splitting one composite and proving a part prime."""
    bits = composite.bit_length()
    if _is_factored_at(composite, stage):
        return _factor_cost(bits)
    return _search_cost(bits, stage) + _PROOF_SHARE * prime_cost(bits)


def _begin_cost(bits: int, rough_bits: int) -> float:
    """Return the points predicted for ``begin``, from the bits of n and of its rough part."""
    if bits <= _WORD_BITS:
        return _factor_cost(rough_bits)
    proof = max(prime_cost(rough_bits), _factor_cost(min(rough_bits, _WORD_BITS)))
    return _TRIAL_COST * bits + proof


def _factor_cost(bits: int) -> float:
    """Return the points predicted for factoring the hardest integers of this many bits."""
    return cost_at(_FACTOR_CURVE, bits)


def _search_cost(bits: int, stage: int) -> float:
    """Return the points predicted for the search of a stage, except the last one."""
    if stage == _TRIAL_STAGE:
        return cost_at(_TRIAL_STAGE_CURVE, bits)
    size = max(bits / 300, 0.5)
    growth = math.pow(size, 1.25) * math.sqrt(max(bits / 1000, 1.0))
    return cost_at(_ELLIPTIC_CURVE_COST, _STAGE_BITS[stage]) * growth


def _require_stage(stage: int) -> None:
    """Raise DomainError unless there is such a stage."""
    if not 0 <= stage < STAGES:
        raise DomainError(f"stage must be from 0 to {STAGES - 1}, got {stage}")
