"""Tests of factorizations against their construction: primes by GMP, multiplied, and asked for."""

import math
from collections import Counter
from collections.abc import Callable
from itertools import islice

import gmpy2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import flint_calls
from engine.factoring import splitting
from engine.factoring.factoring import STAGES, factorize, refine
from engine.factoring.splitting import WIDENING_PRIMES
from engine.results import Factorization
from tests.engine.pseudoprimes import carmichael_numbers, chernick_numbers

# Composites without prime factors of up to 15 bits are what ``refine`` is given.
LEAST_PRIME_BITS = 16
WIDENED_SIZES = sorted(WIDENING_PRIMES)
# Products of two primes of 87 to 96 bits. FLINT's curves split a multiple of each by one prime that
# is missed for nearly all of its size; the first stalled.
FOUND_PRIMES = [
    38648640223960317349845933899,
    154235618813310489158653981,
    154752939683195515182268513,
    618970004770500678558314153,
    1237934689606123670200981433,
    2475873027589755993856688341,
    4951393586342994695637490997,
    9887224478358452361219045913,
    19794849822796548495705086989,
    38337628528269805032508915619,
    79194619670620337674796097133,
]
CARMICHAEL_NUMBERS = [
    *islice(carmichael_numbers(range(22, 27), seed=21), 12),
    *islice(chernick_numbers(23, seed=22), 6),
    *islice(chernick_numbers(26, seed=23), 6),
]


def next_prime(n: int) -> int:
    """Return the least prime above n, by GMP."""
    return int(gmpy2.next_prime(n))


def prime_of_bits(draw: st.DrawFn, bits: int) -> int:
    """Return a drawn prime of so many bits, or the first one of a bit more."""
    return next_prime(draw(st.integers(2 ** (bits - 1), 2**bits - 1)))


def assert_is_product(found: Factorization, primes: Counter[int]) -> None:
    """Assert that what was found is the whole product of these primes, ascending."""
    assert found.value == math.prod(prime**count for prime, count in primes.items())
    assert found.sign == 1
    assert found.composites == ()
    assert [(power.prime, power.exponent) for power in found.factors] == sorted(primes.items())


def split(n: int) -> Factorization:
    """Return n as the last stage factors it if nothing was looked for before."""
    return refine(Factorization(n, 1, (), (n,)), STAGES - 1)


@st.composite
def products_of_three(draw: st.DrawFn) -> Counter[int]:
    """Return three primes of 2 to 36 bits."""
    return Counter(prime_of_bits(draw, draw(st.integers(2, 36))) for _ in range(3))


@st.composite
def powers_and_a_prime(draw: st.DrawFn) -> Counter[int]:
    """Return p^k and q, of up to about 110 bits."""
    exponent = draw(st.integers(2, 7))
    power = prime_of_bits(draw, draw(st.integers(2, 76 // exponent)))
    return Counter({power: exponent}) + Counter([prime_of_bits(draw, draw(st.integers(2, 34)))])


@st.composite
def carmichael_products(draw: st.DrawFn) -> Counter[int]:
    """Return the primes of a Carmichael number, some of them perhaps again, and two more."""
    factors = draw(st.sampled_from(CARMICHAEL_NUMBERS))[1]
    again = draw(st.lists(st.sampled_from(factors), max_size=2))
    more = [prime_of_bits(draw, draw(st.integers(2, 20))) for _ in range(2)]
    return Counter([*factors, *again, *more])


@st.composite
def close_primes(draw: st.DrawFn) -> Counter[int]:
    """Return two primes near each other, each perhaps twice."""
    first = prime_of_bits(draw, draw(st.integers(17, 33)))
    second = next_prime(first + draw(st.integers(0, 2_000)))
    return Counter({first: draw(st.integers(1, 2)), second: draw(st.integers(1, 2))})


@st.composite
def widened_with_repeated_primes(draw: st.DrawFn) -> Counter[int]:
    """Return p^i q^k of a size that is multiplied by a prime, p and q of at least 16 bits."""
    bits = draw(st.sampled_from(WIDENED_SIZES))
    exponent, other = draw(st.sampled_from([(1, 1), (2, 1), (3, 1), (2, 2), (1, 2)]))
    room = bits - other * LEAST_PRIME_BITS
    size = draw(st.integers(LEAST_PRIME_BITS, room // exponent))
    power = Counter({prime_of_bits(draw, size): exponent})
    rest = max((bits - math.prod(power.elements()).bit_length()) // other, LEAST_PRIME_BITS)
    return power + Counter({prime_of_bits(draw, rest): other})


@st.composite
def widened_with_their_own_prime(draw: st.DrawFn) -> Counter[int]:
    """Return primes with a power of one that integers of their product's size are given."""
    bits = draw(st.sampled_from(WIDENED_SIZES))
    prime = draw(st.sampled_from(WIDENING_PRIMES[bits]))
    most = (bits - LEAST_PRIME_BITS) // prime.bit_length()
    exponent = draw(st.integers(1, most))
    least = 2 ** (bits - 1) // prime**exponent
    return Counter({prime: exponent}) + Counter(
        [next_prime(least + draw(st.integers(0, least // 2)))]
    )


@st.composite
def searched_with_repeated_primes(draw: st.DrawFn) -> Counter[int]:
    """Return p^i (qr)^k of more than 96 bits, of which elliptic curves find p, or more."""
    exponent, others = draw(st.sampled_from([(1, 1), (2, 1), (3, 1), (1, 2)]))
    found = prime_of_bits(draw, draw(st.integers(17, 22)))
    unfound = [prime_of_bits(draw, 35 + draw(st.integers(1, 2))) for _ in range(2)]
    return Counter({found: exponent}) + Counter(unfound * others) + Counter([next_prime(2**16)])


@given(products_of_three())
def test_products_of_three_primes(primes: Counter[int]) -> None:
    assert_is_product(factorize(math.prod(primes.elements())), primes)


@given(powers_and_a_prime())
def test_powers_of_a_prime_times_another(primes: Counter[int]) -> None:
    assert_is_product(factorize(math.prod(primes.elements())), primes)


@given(carmichael_products())
def test_carmichael_numbers_times_primes(primes: Counter[int]) -> None:
    assert_is_product(factorize(math.prod(primes.elements())), primes)


@given(close_primes())
def test_close_primes(primes: Counter[int]) -> None:
    assert_is_product(factorize(math.prod(primes.elements())), primes)


@settings(max_examples=40)
@given(searched_with_repeated_primes())
def test_searched_composites_with_repeated_primes(primes: Counter[int]) -> None:
    n = math.prod(primes.elements())
    assert n.bit_length() > 96
    assert_is_product(split(n), primes)


@given(widened_with_repeated_primes())
def test_widened_composites_with_repeated_primes(primes: Counter[int]) -> None:
    n = math.prod(primes.elements())
    assert_is_product(split(n), primes)
    assert_is_product(factorize(n), primes)


@given(widened_with_their_own_prime())
def test_widened_composites_that_contain_the_prime(primes: Counter[int]) -> None:
    n = math.prod(primes.elements())
    assert n.bit_length() in WIDENING_PRIMES
    assert_is_product(split(n), primes)
    assert_is_product(factorize(n), primes)


@st.composite
def widened_products(draw: st.DrawFn) -> int:
    """Return a product of two primes of one size, many of them near the ends of their size."""
    bits = draw(st.sampled_from(WIDENED_SIZES))
    least = 2 ** (bits - 1)
    near = least >> draw(st.integers(1, 24))
    offset = draw(st.integers(0, near))
    start = draw(st.sampled_from([least + offset, 2 * least - offset - 1]))
    prime = prime_of_bits(draw, bits // 2)
    other = gmpy2.next_prime if start < 3 * least // 2 else gmpy2.prev_prime
    return prime * int(other(start // prime))


def sieved_parts(n: int) -> list[tuple[int, int]]:
    """Return what FLINT leaves to its quadratic sieve, by the same search with the same curves."""
    bits = n.bit_length() // 3 - 17
    return flint_calls.parts_of_size(n, bits) if bits >= 16 else [(n, 1)]


@pytest.mark.parametrize("n", FOUND_PRIMES)
def test_flint_is_left_no_prime_to_find_in_what_it_sieves(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_is_sieved_whole(n, monkeypatch)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(n=widened_products())
def test_no_widened_product_is_split_before_the_sieve(
    n: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_is_sieved_whole(n, monkeypatch)


def noting(asked: list[int]) -> Callable[[int], list[flint_calls.Part]]:
    """Return ``factors`` that notes what it is asked."""
    factors = flint_calls.factors

    def noted_factors(n: int) -> list[flint_calls.Part]:
        asked.append(n)
        return factors(n)

    return noted_factors


def assert_is_sieved_whole(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Assert that FLINT is asked for the factors of a larger multiple that its curves miss."""
    asked: list[int] = []
    with monkeypatch.context() as patched:
        patched.setattr(flint_calls, "factors", noting(asked))
        splitting.complete_split(n)
    (multiple,) = asked
    if n.bit_length() in WIDENING_PRIMES:
        assert multiple > n
        assert multiple % n == 0
    assert sieved_parts(multiple) == [(multiple, 1)]


@pytest.mark.parametrize(("carmichael", "factors"), CARMICHAEL_NUMBERS)
def test_flint_meets_no_carmichael_number_made_by_the_widening(
    carmichael: int, factors: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(flint_calls, "factors", noting(asked))
    for prime in factors:
        other = next_prime(2**17 + prime)
        n = carmichael // prime * other
        monkeypatch.setattr(splitting, "WIDENING_PRIMES", {n.bit_length(): (prime,)})
        asked.clear()
        assert split(n).is_complete
        if carmichael >= flint_calls.LEAST_ENDLESS and n.bit_length() <= 96:
            assert asked == [n]
