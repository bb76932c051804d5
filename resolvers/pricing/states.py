"""What prices need to know of the objects that fields return."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property

from engine.primality.primality import PRIMORIAL_47, is_probable_prime, is_probable_prime_cost
from resolvers.pricing.outline import Outline

_WORD_BITS = 64
# Groups of integers above 64 bits: so many between one size and its double.
_GROUPS_PER_DOUBLING = 24
# Values up to this size are tested for primality to price them: it takes at most 40 us, and the
# proof whose need it tells takes 25 ms.
_TESTED_BITS = 256
# Points that testing a group may take; beyond, all without small factors count as prime.
_TESTING_POINTS = 100.0


class _Words:
    """Integers within [0, 2^64), told apart by their bits; ``sizes`` has how many have how many."""

    def __init__(self, values: Sequence[int]) -> None:
        self._values = values
        self.sizes = Counter(map(int.bit_length, values))

    @cached_property
    def by_size(self) -> Mapping[int, Sequence[int]]:
        """The integers, by their bits; only prices of factorizations look at them."""
        if len(self.sizes) == 1:
            return dict.fromkeys(self.sizes, self._values)
        found: dict[int, list[int]] = {bits: [] for bits in self.sizes}
        for value in self._values:
            found[value.bit_length()].append(value)
        return found


class IntegerState:
    """Integers of about one size that are asked the same; prices are the mean over them.

    Args:
        values: At least one; or, of words of several sizes, those of ``bits`` bits.
        bits: Of the words that are meant.

    Attributes:
        outlines: What is known of their factorizations, each with how many have it; filled in by
            the first price that needs it.
        rests: What is left of them without small primes, by its bits and whether it is prime or 1,
            each with how many have it; filled in likewise.
        are_words: Whether all lie within [0, 2^64).
        is_factored: Whether a factorization is paid for: all that needs it shares it.
    """

    def __init__(self, values: "Sequence[int] | _Words", bits: int = 0) -> None:
        """Look at the values only when asked to."""
        self._among = values
        if isinstance(values, _Words):
            self.bits, self.count = bits, values.sizes[bits]
            self.are_words = True
        else:
            self.bits, self.count = max(map(int.bit_length, values)), len(values)
            self.are_words = self.bits <= _WORD_BITS and min(values) >= 0
        self.outlines: Counter[Outline] = Counter()
        self.rests: dict[tuple[int, bool], tuple[int, int]] = {}
        self.is_factored = False

    @cached_property
    def values(self) -> Sequence[int]:
        """The integers."""
        among = self._among
        return among.by_size[self.bits] if isinstance(among, _Words) else among

    @property
    def greatest(self) -> int:
        """An integer that stands for all of them, the greatest of this size."""
        return (1 << self.bits) - 1 if self.are_words else max(self.values, key=abs)

    @cached_property
    def rough(self) -> Sequence[int]:
        """Those above 1 without a small factor."""
        return [n for n in self.values if not _has_small_factor(n)]

    @cached_property
    def are_tested(self) -> bool:
        """Whether the values without a small factor are tested for primality to price them."""
        if self.bits <= _WORD_BITS or not self.rough:
            return True
        testing = len(self.rough) * is_probable_prime_cost(max(self.rough))
        return self.bits <= _TESTED_BITS and testing <= _TESTING_POINTS

    @cached_property
    def primes(self) -> Sequence[int]:
        """Those that are prime; all without a small factor if they are not tested."""
        if not self.are_tested:
            return self.rough
        return [n for n in self.rough if is_probable_prime(n)]


class RangeState:
    """The closed interval [low, high]; ``is_counted`` turns True once its count is paid for."""

    __slots__ = ("high", "is_counted", "low")

    def __init__(self, low: int, high: int) -> None:
        self.low = low
        self.high = high
        self.is_counted = False

    @property
    def bits(self) -> int:
        """Of the greatest integer that an answer can show."""
        return max(self.low.bit_length(), self.high.bit_length())


class ListState:
    """Entries of a list: about how many, and the bits of an integer in them.

    ``width`` is how many integers an entry holds, where it holds several. ``parent`` is what the
    list was taken from.
    """

    __slots__ = ("bits", "length", "parent", "width")

    def __init__(
        self, length: float, bits: float, width: int = 1, parent: object | None = None
    ) -> None:
        self.length = length
        self.bits = bits
        self.width = width
        self.parent = parent


def grouped(values: Sequence[int]) -> list[IntegerState]:
    """Return values in groups of one bit length, above 64 bits of lengths that differ by 3 %.

    Negative ones of up to 64 bits have groups of their own. Cost: 60 ns a word, 100 ns another.
    """
    if values and min(values) >= 0 and max(values).bit_length() <= _WORD_BITS:
        words = _Words(values)
        return [IntegerState(words, bits) for bits in words.sizes]
    groups: dict[int, list[int]] = defaultdict(list)
    for value in values:
        bits = value.bit_length()
        if bits > _WORD_BITS:
            bits = _WORD_BITS + int(math.log2(bits) * _GROUPS_PER_DOUBLING)
        elif value < 0:
            bits = -bits
        groups[bits].append(value)
    return [IntegerState(members) for members in groups.values()]


def _has_small_factor(value: int) -> bool:
    """Whether a value is below 2 or has a prime factor up to 47 other than itself."""
    return value < 2 or (value > 47 and math.gcd(value, PRIMORIAL_47) > 1)
