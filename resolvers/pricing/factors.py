"""What questions cost that need the factorization of an integer."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from engine.errors import CapacityError
from engine.factoring import factoring
from engine.factoring.arithmetic import (
    MAX_DIVISOR_SUM_DIGITS,
    arithmetic_functions_cost,
    divisor_count,
    divisor_sum_cost,
)
from engine.factoring.divisors import divisors_cost
from engine.primality.primality import prime_cost
from engine.results import Factorization
from resolvers.pricing.outline import Outline, Outliner
from resolvers.pricing.states import IntegerState, ListState
from resolvers.pricing.tariff import NOTHING, Priced, Tariff

Arguments = Mapping[str, Any]

_WORD_BITS = 64
# From so many integers on it takes less time to look at all of them at once.
_MANY = 200
# By sizes: nearly all that batches of words can have.
_KEPT_PRICES = 8_192
_MAX_SUM_BITS = MAX_DIVISOR_SUM_DIGITS * 3.33
# To predict what the factorization of a word takes, which decides how many share a turn.
_WORD_POINTS = 0.03
# To look at an integer above 64 bits for its small factors, to price it, and to factor by stages.
_LONG_POINTS = 0.4
# To await the factorization that another field may be waiting for.
_AWAITED_POINTS = 0.1
# The costliest page whose divisors the engine takes: two halves of 50,000.
_MOST_DIVISORS_POINTS = 200.0


class FactorPrices:
    """Prices of Integer.factorization, .arithmetic and .divisors and of what they return.

    The factorization itself is paid for once for an integer.
    """

    def __init__(self, tariff: Tariff) -> None:
        self._tariff = tariff
        self._outliner = Outliner()
        self._splitting = lru_cache(_KEPT_PRICES)(self._price_splitting)
        # Most integers of one size have few outlines, and batches have them again and again.
        self._quantity = lru_cache(_KEPT_PRICES)(_quantity)

    def factorization(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.factorization."""
        # Integers that are factored already leave the column and are awaited one by one.
        are_quick = state.are_words and not state.is_factored
        asking = self._tariff.column + _WORD_POINTS if are_quick else self._tariff.computed
        points = asking + self._factoring(state)
        return points + self._tariff.overheads.object, ((state, 1.0),)

    def factors(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Factorization.factors."""
        count = self._mean(state, _likely_distinct)
        points = self._tariff.overheads.list + self._tariff.objects(count)
        return points, ((ListState(count, state.bits / max(count, 1)), count),)

    def primes(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Factorization.primes."""
        count = self._mean(state, _likely_primes)
        return self._tariff.integers(count, state.bits / max(count, 1)), NOTHING

    def composites(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Factorization.composites."""
        return self._tariff.integers(1, state.bits), NOTHING

    def expression(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Factorization.expression."""
        count = self._mean(state, _likely_distinct)
        return self._tariff.integers(count, state.bits / max(count, 1)), NOTHING

    def arithmetic(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.arithmetic."""
        if state.count == 1 and 0 in state.values:
            return self._tariff.refused, NOTHING
        functions = self._mean(state, _functions_cost)
        points = self._awaiting(state) + functions
        return points + self._tariff.overheads.object, ((state, 1.0),)

    def divisor_sum(self, state: IntegerState, arguments: Arguments) -> Priced:
        """ArithmeticFunctions.divisorSum."""
        power = arguments["power"]
        if power < 0:
            return self._tariff.refused, NOTHING
        cost = self._mean(state, _divisor_sum_cost, power)
        bits = min(power * state.bits, _MAX_SUM_BITS)
        return self._tariff.computed + self._tariff.single(cost) + self._tariff.text(bits), NOTHING

    def divisors(self, state: IntegerState, arguments: Arguments) -> Priced:
        """Integer.divisors."""
        first = arguments["first"]
        is_refused = not 0 <= first <= self._tariff.limits.max_page_size
        if is_refused or (state.count == 1 and 0 in state.values):
            return self._tariff.refused, NOTHING
        listing = self._mean(state, self._listing, first)
        length = self._mean(state, _length, first)
        points = self._awaiting(state) + listing
        page = ListState(length, state.bits / 2)
        return points + self._tariff.overheads.object, ((page, 1.0),)

    def _look_at(self, state: IntegerState) -> None:
        """Fill in what is known of the factorizations."""
        if state.bits <= _WORD_BITS and state.count >= _MANY:
            state.outlines, state.rests = self._outliner.outlines(state.values)
            return
        is_known = state.bits > _WORD_BITS and state.are_tested
        primes = set(state.primes) if is_known else set()
        for value in state.values:
            outlined, rest = self._outliner.outline(value)
            state.outlines[outlined] += 1
            # What is left of one word is tested by the outliner.
            is_easy = rest == 1 or outlined.rough_primes == 1 or value in primes
            kind = (rest.bit_length(), is_easy)
            _, count = state.rests.get(kind, (rest, 0))
            state.rests[kind] = (rest, count + 1)

    def _mean(self, state: IntegerState, quantity: Callable[..., float], *arguments: int) -> float:
        """Return the mean of a quantity of the outlines, given their bits and arguments."""
        if not state.outlines:
            self._look_at(state)
        known, bits = self._quantity, state.bits
        total = sum(
            count * known(quantity, one, bits, *arguments) for one, count in state.outlines.items()
        )
        return total / state.count

    def _listing(self, outline: Outline, bits: int, first: int) -> float:
        """Return the price of a page of divisors."""
        factorization = outline.factorization(bits)
        try:
            return self._tariff.single(divisors_cost(factorization, first))
        except CapacityError:
            # This factorization has more divisors than the integer; the integer may be taken.
            size = 1 + factorization.value.bit_length() / 1024
            return self._tariff.single(_MOST_DIVISORS_POINTS * size + 0.0035 * first)

    def _awaiting(self, state: IntegerState) -> float:
        """Return the price of asking what waits for the factorization, with that."""
        return self._tariff.computed + _AWAITED_POINTS + self._factoring(state)

    def _factoring(self, state: IntegerState) -> float:
        """Return the price of the factorization, nothing if it is paid for."""
        if state.is_factored:
            return 0.0
        state.is_factored = True
        if not state.outlines:
            self._look_at(state)
        total = sum(
            count * self._splitting(state.bits, rest.bit_length(), is_easy)
            for (_, is_easy), (rest, count) in state.rests.items()
        )
        beside = _LONG_POINTS if state.bits > _WORD_BITS else 0.0
        return beside + total / state.count

    def _price_splitting(self, bits: int, rest_bits: int, is_easy: bool) -> float:
        """Return the price of factoring an integer, of which small primes leave so many bits.

        ``is_easy`` tells that the rest is 1 or prime.
        """
        points = self._tariff.single(factoring.begin_cost(1 << max(bits - 1, 0)))
        is_word = rest_bits <= _WORD_BITS
        if is_word and is_easy:
            return points
        if is_easy:
            return points + self._tariff.single(prime_cost(rest_bits))
        points += self._tariff.single(factoring.begin_rough_cost(rest_bits))
        if is_word:
            return points
        rest = 1 << (rest_bits - 1)
        composite = Factorization(rest, 1, (), (rest,))
        complete = factoring.refine_cost(composite, factoring.STAGES - 1)
        for stage in range(factoring.STAGES):
            cost = factoring.refine_cost(composite, stage)
            points += self._tariff.single(cost)
            # A stage that costs what the last one does splits everything.
            if cost == complete or self._tariff.capped(points) < points:
                break
        return self._tariff.capped(points)


def _quantity(quantity: Callable[..., float], *arguments: Any) -> float:
    """Return a quantity."""
    return quantity(*arguments)


def _likely_distinct(outline: Outline, _bits: int) -> float:
    """Return about how many distinct primes an integer has."""
    return outline.likely_distinct


def _likely_primes(outline: Outline, _bits: int) -> float:
    """Return about how many primes an integer has, counted with their exponents."""
    return outline.likely_primes


def _functions_cost(outline: Outline, bits: int) -> float:
    """Return the points of arithmetic functions."""
    return arithmetic_functions_cost(outline.factorization(bits))


def _divisor_sum_cost(outline: Outline, bits: int, power: int) -> float:
    """Return the points of a sum of powers of divisors."""
    return divisor_sum_cost(outline.factorization(bits), power)


def _length(outline: Outline, bits: int, first: int) -> float:
    """Return how many divisors a page shows."""
    return min(first, divisor_count(outline.factorization(bits)))
