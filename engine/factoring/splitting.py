"""Splits one composite: by trial division, by elliptic curves, or completely."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from engine import flint_calls
from engine.factoring.special_factors import separate
from engine.flint_calls import Part

# FLINT's proof may not end for some integers above 3317044064679887385961981, which has 82 bits.
# After trial division to 15 bits, a composite of up to 96 bits is too small to be the product of
# such an integer and another prime.
_SAFE_BITS: Final = 96
# Before its quadratic sieve, ``fmpz_factor`` searches by elliptic curves for factors of
# bits / 3 - 17 bits, unless that is below 16.
_SEARCH_SHARE: Final = 3
_SEARCH_LESS: Final = 17
_LEAST_SEARCH_BITS: Final = 16
# The number of primes of at most 20 bits.
_TRIAL_PRIMES: Final = 82_025
# A composite of one of these sizes, in bits, is multiplied by the first of these primes that
# FLINT's elliptic curves miss, and the product is factored. Reason: FLINT stalls on a few of these.
# From 69 to 76 bits its SQUFOF takes 15 times the median for some. From 83 to 99 bits
# its quadratic sieve takes 10 to 150 times the median for 1 in 400 to 13,000. No stall was seen for
# products of 101 bits, the size aimed at up to 86 bits. Larger products are searched by the curves,
# which could find the prime and leave the composite alone again. They are nearly the same for all
# products of one size: a first prime is missed for most of them, and the next ones for the others.
# From 89 bits on, 113 is the size without a stall: at 106 two of 680 took up to 2.3 s, at 111 one
# of 3,000 took 6 s. From 89 to 92 bits the median triples, to 9 to 12 ms. That is accepted, since
# without the primes 1 in 6,000 takes 200 to 330 ms, and FLINT cannot be interrupted
# (benchmarks/RESULTS.md).
WIDENING_PRIMES: Final = {
    69: (4_294_967_311, 4_294_967_291),
    70: (2_147_483_659, 2_147_483_647),
    71: (1_073_741_827, 1_073_741_789),
    72: (536_870_923, 536_870_909),
    73: (268_435_459, 268_435_399),
    74: (134_217_757, 134_217_689),
    75: (67_108_879, 67_108_859),
    76: (33_554_467, 33_554_393),
    81: (1_048_583, 1_048_573),
    82: (524_309, 524_287),
    83: (262_147, 262_139),
    84: (131_101, 131_071),
    85: (65_537, 65_521),
    86: (32_771, 133_417),
    87: (264_029, 299_357),
    88: (260_017, 266_047),
    89: (16_777_291, 1_207_309),
    90: (8_388_697, 922_931),
    91: (4_194_863, 8_388_739),
    92: (2_102_557, 8_400_409),
    93: (1_054_033, 4_467_887),
    94: (541_201, 4_550_261),
    95: (2_147_473, 4_518_749),
    96: (2_098_279, 2_126_659),
}


class Split(NamedTuple):
    """A part of a composite, its exponent, and whether it passes BPSW."""

    part: int
    exponent: int
    is_probable: bool


def small_split(n: int) -> list[Split]:
    """Split n > 0 by its prime factors up to 15 bits, then by ``special_factors``.

    >>> [(split.part, split.exponent) for split in small_split(360)]
    [(2, 3), (3, 2), (5, 1)]
    """
    return list(_separated(flint_calls.small_parts(n), n - 1))


def trial_split(composite: int) -> list[Split]:
    """Split a composite > 2**64 by its prime factors of up to 20 bits.

    >>> [(split.part, split.exponent) for split in trial_split(1_000_003 * (2**61 - 1))]
    [(1000003, 1), (2305843009213693951, 1)]
    """
    return _searched(composite, flint_calls.trial_parts(composite, _TRIAL_PRIMES))


def search_split(composite: int, bits: int) -> list[Split]:
    """Split a composite > 2**64 by elliptic curves, which look for factors of up to ``bits`` bits.

    >>> sorted(split.part for split in search_split((2**31 - 1) * (2**61 - 1), 40))
    [2147483647, 2305843009213693951]
    """
    return _searched(composite, flint_calls.parts_of_size(composite, bits))


def complete_split(composite: int) -> list[Split]:
    """Return the prime factors of a composite > 2**64 without factors up to 15 bits.

    Above 96 bits, the search by elliptic curves that ``fmpz_factor`` would make is made first, and
    its parts are checked. Then ``fmpz_factor`` repeats the search without a result, and only its
    quadratic sieve splits the composite.

    >>> sorted(split.part for split in complete_split((2**31 - 1) * (2**61 - 1)))
    [2147483647, 2305843009213693951]
    """
    if composite.bit_length() <= _SAFE_BITS:
        return [Split(*part, True) for part in _short_factors(composite)]
    search = _search_bits(composite)
    unsplit = [Split(composite, 1, False)]
    found = search_split(composite, search) if search else unsplit
    if found == unsplit:
        return [Split(*part, True) for part in flint_calls.factors(composite)]
    complete = []
    for split in found:
        # The exponents of a composite part's primes are multiplied by the exponent of the part.
        finer = [split._replace(exponent=1)] if split.is_probable else complete_split(split.part)
        complete += [Split(one.part, one.exponent * split.exponent, True) for one in finer]
    return complete


def _searched(composite: int, parts: list[Part]) -> list[Split]:
    """Return the parts, tested and split further; an unsplit composite is returned as it is."""
    if parts == [(composite, 1)]:
        return [Split(composite, 1, False)]
    return list(_separated(parts, composite - 1))


def _separated(parts: Iterable[Part], order: int) -> Iterator[Split]:
    """Yield the parts after ``special_factors`` has split them further."""
    for part, exponent in parts:
        for one, power, is_probable in separate(part, order):
            yield Split(one, power * exponent, is_probable)


def _short_factors(composite: int) -> list[Part]:
    """Return the prime factors of a composite of up to 96 bits; see ``WIDENING_PRIMES``."""
    prime = _widening_prime(composite)
    if prime is None:
        return flint_calls.factors(composite)
    parts = flint_calls.factors(composite * prime)
    reduced = [(part, exponent - (part == prime)) for part, exponent in parts]
    return [(part, exponent) for part, exponent in reduced if exponent]


def _widening_prime(composite: int) -> int | None:
    """Return the prime by which to multiply a composite of up to 96 bits; None for no prime.

    It is the first prime of ``WIDENING_PRIMES`` that FLINT's elliptic curves miss. If they split
    every product, the composite has a small prime factor, and the last prime is returned.

    Cost: 0.1 to 0.4 ms for each search, which FLINT repeats later.
    """
    safe = None
    for prime in WIDENING_PRIMES.get(composite.bit_length(), ()):
        if not _has_endless_part(composite, prime):
            safe = prime
            if _is_missed(composite * prime):
                break
    return safe


def _is_missed(product: int) -> bool:
    """Return whether the elliptic curves of ``fmpz_factor`` leave a product unsplit."""
    bits = _search_bits(product)
    return not bits or flint_calls.parts_of_size(product, bits) == [(product, 1)]


def _search_bits(n: int) -> int:
    """Return the size of factors that ``fmpz_factor`` looks for by elliptic curves, 0 if none."""
    bits = n.bit_length() // _SEARCH_SHARE - _SEARCH_LESS
    return bits if bits >= _LEAST_SEARCH_BITS else 0


def _has_endless_part(composite: int, prime: int) -> bool:
    """Return whether FLINT's proof might not end for a divisor of composite * prime.

    Such a divisor is a Carmichael number and at least ``LEAST_ENDLESS``. The composite has at most
    96 bits and no factors up to 15 bits, so its proper divisors are too small. That leaves the
    composite and the products prime * d, where composite = d * e. If prime * d is a Carmichael
    number, prime - 1 divides prime * d - 1, and so divides d - 1. Then e is congruent to the
    composite modulo prime - 1. It is bounded, because prime * d >= ``LEAST_ENDLESS``. So all
    possible e are tried.

    Cost: up to 100 divisions for 88 bits, 24,000 for 96.
    """
    most = composite * prime // flint_calls.LEAST_ENDLESS
    others = range(composite % (prime - 1), most + 1, prime - 1)
    return flint_calls.could_be_endless(composite) or any(composite % e == 0 for e in others)
