"""Expensive questions through the whole service: asked again, they are answered the same."""

import pytest

from primeql.operations.service import PrimeService
from tests.conftest import Ask
from tests.resolvers.questions.declared import DECLARED

M521 = 2**521 - 1
HARD = 510_000_000_000_000_000_241_729_000_000_000_000_013_100_167
# Each is predicted to take more than 5 ms.
QUESTIONS = {
    "is_prime": f'integer(value: "{M521}") {{ isPrime }}',
    "is_probable_prime": f'integer(value: "{2**4423 - 1}") {{ isProbablePrime }}',
    "primality": f'integer(value: "{M521}") {{ primality {{ verdict method witness }} }}',
    "factorization": f'integer(value: "{HARD}") {{ factorization {{ primes expression }} }}',
    "next_prime": f'integer(value: "{10**310 + 1}") {{ nextPrime }}',
    "previous_prime": f'integer(value: "{10**310 + 1}") {{ previousPrime }}',
    "neighbours": f'integer(value: "{10**280}") {{ neighbours(count: 1) {{ below above gap }} }}',
    "classes": f'integer(value: "{2**127 - 1}") {{ classes }}',
    "prime_count": 'primeCount(x: "20000000000001")',
    "nth_prime": 'nthPrime(n: "700000000000")',
    "progression": f'progression(start: "{M521}", difference: 6) {{ terms endedBy }}',
    "count": f'primeRange(low: "{10**18}", high: "{10**18 + 2_000_000}") {{ count }}',
    "sum": 'primeRange(low: "1000000000", high: "1200000000") { sum }',
    "first_primes": f'primeRange(low: "{10**310 + 3}", high: "{10**311}") {{ smallest }}',
    "last_primes": f'primeRange(low: 2, high: "{10**250}") {{ primes(last: 2) {{ nodes }} }}',
    "gaps": 'primeRange(low: 1, high: "50000001")'
    " { gaps { count mean maximum { start merit } frequencies { length count } } }",
    "histogram": 'primeRange(low: 1, high: "1000000000000")'
    " { histogram(buckets: 100) { low high count } }",
    "residues": 'primeRange(low: 1, high: "50000001") { residues(modulus: 10) { residue count } }',
    "constellations": 'primeRange(low: "1000000000000000", high: "1000000001000000")'
    " { constellations(offsets: [0, 2, 6, 8]) { nodes { primes } } }",
    "constellation_count": 'primeRange(low: 1, high: "50000001")'
    " { constellations(offsets: [0, 4]) { totalCount } }",
}
# Far out, where floats overflow and other methods answer.
FAR = 10**400
FAR_QUESTIONS = {
    "count": f'primeRange(low: "{FAR}", high: "{FAR + 2_000}") {{ count }}',
    "sum": f'primeRange(low: "{FAR}", high: "{FAR + 2_000}") {{ sum }}',
    "histogram": f'primeRange(low: "{FAR}", high: "{FAR + 1_000}")'
    " { histogram(buckets: 2) { low high count } }",
    "first_primes": f'primeRange(low: "{FAR}", high: "{10 * FAR}") {{ smallest }}',
    "last_primes": f'primeRange(low: "-{FAR}", high: "{FAR}") {{ largest }}',
    "next_prime": f'integer(value: "{FAR}") {{ nextPrime }}',
    "is_probable_prime": f'integer(value: "{2**4423 - 1}") {{ isProbablePrime }}',
    "count ": f'primeRange(low: "{2**64 - 800_000}", high: "{2**64 + 800_000}") {{ count }}',
    "sum ": f'primeRange(low: "{2**64 - 800_000}", high: "{2**64 + 800_000}") {{ sum }}',
}


def test_every_remembered_function_is_asked_below() -> None:
    assert {question.shape.name for question in DECLARED} == QUESTIONS.keys()


@pytest.mark.parametrize("name", QUESTIONS)
async def test_asked_again_it_is_answered_the_same_from_memory(
    ask: Ask, service: PrimeService, name: str
) -> None:
    await _ask_twice(ask, service, name, QUESTIONS[name])


@pytest.mark.parametrize("name", FAR_QUESTIONS)
async def test_asked_again_far_out_it_is_answered_the_same_from_memory(
    ask: Ask, service: PrimeService, name: str
) -> None:
    await _ask_twice(ask, service, name.strip(), FAR_QUESTIONS[name])


async def _ask_twice(ask: Ask, service: PrimeService, name: str, field: str) -> None:
    query = f"{{ {field} }}"
    stats = service.memory.stats
    # Other tests have asked the same service.
    await service.memory.kept.clear()
    first = await ask(query)
    assert "errors" not in first
    entries = [key for key in service.memory.kept._sizes if f":{name}." in key]
    assert len(entries) == 1
    before = (stats.misses, stats.rejected)
    # Another text, the same meaning.
    assert await ask(f"query Again {query}") == first
    assert (stats.misses, stats.rejected) == before
