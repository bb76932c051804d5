"""Parts of one composite: by trial division, by elliptic curves, or all of them."""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from engine import flint_calls
from engine.factoring.special_factors import separate
from engine.flint_calls import Part

# FLINT's proof may not end for some integers above 3317044064679887385961981, of 82 bits. After
# trial division to 15 bits a composite of less than 97 bits has no room for one and a prime.
_SAFE_BITS: Final = 96
# ``fmpz_factor`` looks for factors of a third of the bits less 17 by elliptic curves, unless that
# is below 16, before its quadratic sieve.
_SEARCH_SHARE: Final = 3
_SEARCH_LESS: Final = 17
_LEAST_SEARCH_BITS: Final = 16
# Primes of at most 20 bits, without a probable prime or a power among the parts being tested.
_TRIAL_PRIMES: Final = 82_025
# Composites of these sizes are multiplied by a prime, and split with it. Of 69 to 76 bits FLINT's
# SQUFOF takes 15 times the median for some; of 83 to 99 bits its sieve takes 10 to 150 times the
# median for 1 in 400 to 13,000. Neither was seen at 101 bits. Up to there FLINT does not look for
# the prime by elliptic curves. Above it does, and would go on with the composite alone; so from 87
# bits on the primes are some that its curves, nearly the same for all integers of one size, miss.
# They still find them for up to 3 % of a size, near its ends; those may stall as before.
# 113 bits is the next size without a stall: at 111 one of 3,000 took 6 s. The price is 5 ms in
# place of 3.5 up to 88 bits, and 9 to 12 ms from 89 on (benchmarks/RESULTS.md).
WIDENING_PRIMES: Final = {
    69: 4_294_967_311,
    70: 2_147_483_659,
    71: 1_073_741_827,
    72: 536_870_923,
    73: 268_435_459,
    74: 134_217_757,
    75: 67_108_879,
    76: 33_554_467,
    81: 1_048_583,
    82: 524_309,
    83: 262_147,
    84: 131_101,
    85: 65_537,
    86: 32_771,
    87: 264_029,
    88: 260_017,
    89: 16_777_291,
    90: 8_388_697,
    91: 4_194_863,
    92: 2_102_557,
    93: 1_054_033,
    94: 541_201,
    95: 2_147_473,
    96: 2_098_279,
}


class Split(NamedTuple):
    """A part of a composite, its exponent, and whether it passes BPSW."""

    part: int
    exponent: int
    is_probable: bool


def small_split(n: int) -> list[Split]:
    """Return n > 0 without its prime factors up to 15 bits, and split where that is quick.

    >>> [(split.part, split.exponent) for split in small_split(360)]
    [(2, 3), (3, 2), (5, 1)]
    """
    return list(_separated(flint_calls.small_parts(n), n - 1))


def trial_split(composite: int) -> list[Split]:
    """Return the parts that prime factors of up to 20 bits leave of a composite > 2**64.

    >>> [(split.part, split.exponent) for split in trial_split(1_000_003 * (2**61 - 1))]
    [(1000003, 1), (2305843009213693951, 1)]
    """
    return _searched(composite, flint_calls.trial_parts(composite, _TRIAL_PRIMES))


def search_split(composite: int, bits: int) -> list[Split]:
    """Return the parts that elliptic curves find of a composite > 2**64, of up to so many bits.

    >>> sorted(split.part for split in search_split((2**31 - 1) * (2**61 - 1), 40))
    [2147483647, 2305843009213693951]
    """
    return _searched(composite, flint_calls.parts_of_size(composite, bits))


def complete_split(composite: int) -> list[Split]:
    """Return the prime factors of a composite > 2**64 without factors up to 15 bits.

    Above 96 bits FLINT's own search is made first, and its parts are looked at: made again by
    ``fmpz_factor`` it finds nothing, so that only its quadratic sieve splits the composite.

    >>> sorted(split.part for split in complete_split((2**31 - 1) * (2**61 - 1)))
    [2147483647, 2305843009213693951]
    """
    bits = composite.bit_length()
    if bits <= _SAFE_BITS:
        return [Split(*part, True) for part in _short_factors(composite)]
    search = bits // _SEARCH_SHARE - _SEARCH_LESS
    unsplit = [Split(composite, 1, False)]
    found = search_split(composite, search) if search >= _LEAST_SEARCH_BITS else unsplit
    if found == unsplit:
        return [Split(*part, True) for part in flint_calls.factors(composite)]
    complete = []
    for split in found:
        # The exponent of a prime part is its own; those of a composite's primes are multiplied.
        finer = [split._replace(exponent=1)] if split.is_probable else complete_split(split.part)
        complete += [Split(one.part, one.exponent * split.exponent, True) for one in finer]
    return complete


def _searched(composite: int, parts: list[Part]) -> list[Split]:
    """Return the parts of a composite, which is looked at anew only if it was split."""
    if parts == [(composite, 1)]:
        return [Split(composite, 1, False)]
    return list(_separated(parts, composite - 1))


def _separated(parts: Iterable[Part], order: int) -> Iterator[Split]:
    """Yield parts, split where that is quick."""
    for part, exponent in parts:
        for one, power, is_probable in separate(part, order):
            yield Split(one, power * exponent, is_probable)


def _short_factors(composite: int) -> list[Part]:
    """Return the prime factors of a composite of up to 96 bits, widened where that is steadier."""
    prime = WIDENING_PRIMES.get(composite.bit_length())
    if prime is None or _has_endless_part(composite, prime):
        return flint_calls.factors(composite)
    parts = flint_calls.factors(composite * prime)
    reduced = [(part, exponent - (part == prime)) for part, exponent in parts]
    return [(part, exponent) for part, exponent in reduced if exponent]


def _has_endless_part(composite: int, prime: int) -> bool:
    """Return whether FLINT's proof might not end for a divisor of a composite times a prime.

    The composite has at most 96 bits and no factors up to 15 bits, so its proper divisors are too
    small. What is left is the composite, and prime * d for a divisor d of it. If that is a
    Carmichael number, prime - 1 divides prime * d - 1, hence d - 1, so that the other divisor e,
    with composite = d * e, is congruent to the composite modulo prime - 1. e is bounded, since
    prime * d is at least ``LEAST_ENDLESS``.

    Cost: up to 100 divisions for 88 bits, 24,000 for 96.
    """
    most = composite * prime // flint_calls.LEAST_ENDLESS
    others = range(composite % (prime - 1), most + 1, prime - 1)
    return flint_calls.could_be_endless(composite) or any(composite % e == 0 for e in others)
