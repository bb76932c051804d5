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
# FLINT splits composites of 69 to 80 bits by SQUFOF, whose time has a long tail: up to 76 bits some
# take 15 times the median. Times a prime that trial division does not reach they have 91 bits or
# hardly more, and its quadratic sieve takes them in 3 to 4 ms. At that size it was not seen to
# stall; of products of 83 to 88 bits, and of 93 to 99, 1 in 400 to 4,000 takes 15 to 150 times the
# median (benchmarks/RESULTS.md).
_WIDENING_PRIMES: Final = {
    69: 4_194_319,
    70: 2_097_169,
    71: 1_048_583,
    72: 524_309,
    73: 262_147,
    74: 131_101,
    75: 65_537,
    76: 32_771,
}


class Split(NamedTuple):
    """A part of a composite, its exponent, and whether it passes BPSW."""

    part: int
    exponent: int
    is_probable: bool


def small_split(n: int) -> list[Split]:
    """Return n > 0 without its prime factors up to 15 bits, and split where that is quick."""
    return list(_separated(flint_calls.small_parts(n), n - 1))


def trial_split(composite: int) -> list[Split]:
    """Return the parts that prime factors of up to 20 bits leave of a composite > 2**64."""
    return _searched(composite, flint_calls.trial_parts(composite, _TRIAL_PRIMES))


def search_split(composite: int, bits: int) -> list[Split]:
    """Return the parts that elliptic curves find of a composite > 2**64, of up to so many bits."""
    return _searched(composite, flint_calls.parts_of_size(composite, bits))


def complete_split(composite: int) -> list[Split]:
    """Return the prime factors of a composite > 2**64 without factors up to 15 bits.

    Above 96 bits FLINT's own search is made first, and its parts are looked at: made again by
    ``fmpz_factor`` it finds nothing, so that only its quadratic sieve splits the composite.
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
    """Return the prime factors of a composite of up to 96 bits, widened where that is quicker."""
    prime = _WIDENING_PRIMES.get(composite.bit_length())
    if prime is None or flint_calls.could_be_endless(composite * prime):
        return flint_calls.factors(composite)
    parts = flint_calls.factors(composite * prime)
    reduced = [(part, exponent - (part == prime)) for part, exponent in parts]
    return [(part, exponent) for part, exponent in reduced if exponent]
