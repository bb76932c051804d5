"""What questions about integers cost."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.classes import MAX_CLASSES_BITS, classes_of_cost
from engine.intervals.prime_ranges import PrimeRanges
from engine.primality import primality
from engine.primality.batch_primality import are_prime_cost
from engine.primality.primality import PRIMORIAL_47
from engine.primality.progressions import progression_cost
from engine.prime_steps import steps_cost
from resolvers.pricing.states import IntegerState, ListState, grouped
from resolvers.pricing.tariff import NOTHING, Priced, Tariff

Arguments = Mapping[str, Any]

_WORD_BITS = 64
# The part of a test that finds a composite without small factors: one modular power.
_COMPOSITE_SHARE = 0.4
# Classes that a prime is in: seldom more.
_CLASSES = 4
# Terms of a progression that are looked at; longer runs of primes are not known.
_LONGEST_RUN = 27
# To look for the leading primes, here and when it is asked; and more where long integers follow.
_RUN_POINTS = 0.12
_LONG_RUN_POINTS = 0.15
# Words are not tested to price them: between a random one, 0.003, and a prime, 0.006.
_WORD_TEST = 0.0045
# To look at an integer above 64 bits, to price it and to predict the cost when it is asked.
_LONG_POINTS = 0.012
# What several that are awaited together take but once.
_ALONE_POINTS = 0.18
# To ask for the place of a prime once it is proven.
_PLACE_POINTS = 0.22
# The method beside the verdict on a word, and its witness if it is composite.
_WORD_METHOD = 0.003
_WORD_WITNESS = 0.022


class IntegerPrices:
    """Prices of the fields of Query and Integer that are about single integers.

    Each takes the state of its parent and the arguments.
    """

    def __init__(self, tariff: Tariff, ranges: PrimeRanges) -> None:
        self._tariff = tariff
        self._ranges = ranges

    def integer(self, parent: Any, arguments: Arguments) -> Priced:
        """Query.integer."""
        value = arguments["value"]
        points = self._tariff.asked + self._tariff.coercion(value.bit_length())
        return points + self._tariff.overheads.object, ((IntegerState((value,)), 1.0),)

    def integers(self, parent: Any, arguments: Arguments) -> Priced:
        """Query.integers."""
        values = arguments["values"]
        if len(values) > self._tariff.limits.max_batch_size:
            return self._refused_list(values)
        groups = grouped(values)
        coercion = sum(group.count * self._tariff.coercion(group.bits) for group in groups)
        points = self._tariff.asked + self._tariff.objects(len(values)) + coercion
        return points + self._tariff.overheads.values, [
            (group, float(group.count)) for group in groups
        ]

    def are_prime(self, parent: Any, arguments: Arguments) -> Priced:
        """Query.arePrime."""
        values = arguments["values"]
        if len(values) > self._tariff.limits.max_batch_size:
            return self._refused_list(values)
        groups = grouped(values)
        coercion = sum(group.count * self._tariff.coercion(group.bits) for group in groups)
        words = values
        if any(group.bits > _WORD_BITS for group in groups):
            words = [n for n in values if n.bit_length() <= _WORD_BITS]
        tests = are_prime_cost(words) + sum(
            group.count * (_LONG_POINTS + self._proof(group))
            for group in groups
            if group.bits > _WORD_BITS
        )
        verdicts = self._tariff.overheads.values + len(values) * self._tariff.overheads.element
        return self._tariff.computed + coercion + self._tariff.single(tests) + verdicts, NOTHING

    def is_prime(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.isPrime."""
        return self._asking(state) + self._proof(state), NOTHING

    def is_probable_prime(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.isProbablePrime."""
        return self._asking(state) + self._test(state), NOTHING

    def primality(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.primality."""
        if state.bits <= _WORD_BITS:
            points = self._asking(state) + _WORD_TEST + _WORD_METHOD
            return points + self._tariff.overheads.object, ((state, 1.0),)
        test, proof = self._test(state), self._proof(state)
        # It is awaited by itself.
        witness = 2 * self._tariff.computed
        costliest = primality.is_probable_prime_cost(_hard(state.bits))
        witness += self._tariff.single(_COMPOSITE_SHARE * costliest)
        witness *= 1 - len(state.primes) / state.count
        # The proof of isPrime tests before; that of primality is one call.
        points = self._asking(state) + max(proof - test, test) + witness
        return points + self._tariff.overheads.object, ((state, 1.0),)

    def witness(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Primality.witness, which is computed with the verdict for all but words."""
        points = _WORD_WITNESS if state.bits <= _WORD_BITS else 0.0
        return points + self._tariff.integer(state.bits), NOTHING

    def next_prime(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.nextPrime and Integer.previousPrime."""
        return (
            self._asking(state) + self._steps(state, 1) + self._tariff.text(state.bits),
            NOTHING,
        )

    def neighbours(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.neighbours."""
        count = arguments["count"]
        if not 1 <= count <= self._tariff.limits.max_page_size:
            return self._tariff.refused, NOTHING
        points = self._tariff.computed + self._steps(state, 2 * count + 1)
        return points, ((ListState(count, state.bits), 1.0),)

    def classes(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.classes."""
        points = self._tariff.computed + self._proof(state)
        if state.bits <= MAX_CLASSES_BITS:
            found = sum(self._tariff.single(classes_of_cost(p)) for p in state.primes)
            shown = len(state.primes) * _CLASSES * self._tariff.overheads.element
            points += (found + shown) / state.count
        return points, NOTHING

    def prime_index(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.primeIndex."""
        counts = sum(
            _PLACE_POINTS + self._tariff.sweep(self._ranges.prime_count_cost(p))
            for p in state.primes
        )
        return self._tariff.computed + self._proof(state) + counts / state.count, NOTHING

    def progression(self, parent: Any, arguments: Arguments) -> Priced:
        """Query.progression."""
        start, difference, most = (arguments[name] for name in ("start", "difference", "maxTerms"))
        bits = start.bit_length() + difference.bit_length()
        points = self._tariff.computed + _RUN_POINTS + self._tariff.coercion(bits)
        if difference == 0 or not 1 <= most <= self._tariff.limits.max_page_size:
            return points + self._tariff.overheads.error, NOTHING
        terms = _leading_primes(start, difference, most)
        ending = IntegerState((start + terms * difference,))
        cost = progression_cost(start, difference, terms) if terms else 0.0
        if ending.bits > _WORD_BITS:
            points += _LONG_RUN_POINTS
        points += self._tariff.single(cost + self._test(ending)) + self._tariff.overheads.object
        return points, ((ListState(terms, ending.bits), 1.0),)

    def _refused_list(self, values: Sequence[int]) -> Priced:
        """Return the price of a batch that is too large: its values were coerced before."""
        points = self._tariff.asked + self._tariff.overheads.error
        return points + len(values) * self._tariff.overheads.value, NOTHING

    def _asking(self, state: IntegerState) -> float:
        """Return the price of asking what one call answers for all words, and else is awaited."""
        if state.are_words:
            return self._tariff.column
        return self._tariff.computed + _ALONE_POINTS / state.count

    def _test(self, state: IntegerState) -> float:
        """Return the price of one test, on average."""
        if state.bits <= _WORD_BITS:
            return _WORD_TEST
        costliest = self._tariff.single(primality.is_probable_prime_cost(_hard(state.bits)))
        composites = len(state.rough) - len(state.primes)
        return costliest * (len(state.primes) + _COMPOSITE_SHARE * composites) / state.count

    def _proof(self, state: IntegerState) -> float:
        """Return the price of a test and, where it passes, a proof, on average."""
        if state.bits <= _WORD_BITS:
            return _WORD_TEST
        proof = self._tariff.single(primality.prime_cost(state.bits))
        return self._test(state) + proof * len(state.primes) / state.count

    def _steps(self, state: IntegerState, steps: int) -> float:
        """Return the price of so many steps from prime to prime."""
        size = 1 << max(state.bits - 1, 0)
        return self._tariff.single(steps_cost(size, steps, state.count))


def scale_of_word(arguments: Arguments) -> int | None:
    """Return the bits of the argument ``value``, None if it is no word."""
    value: int = arguments["value"]
    bits = value.bit_length()
    return bits if bits <= _WORD_BITS and value >= 0 else None


def _hard(bits: int) -> int:
    """Return an integer of this size, above 64 bits, without a prime factor up to 47."""
    return ((1 << (bits - 1)) // PRIMORIAL_47 + 1) * PRIMORIAL_47 + 1


def _leading_primes(start: int, difference: int, most: int) -> int:
    """Return how many leading terms are prime, or are too large to be tested here."""
    for place in range(min(most, _LONGEST_RUN)):
        term = start + place * difference
        if IntegerState((term,)).primes == []:
            return place
    return min(most, _LONGEST_RUN)
