"""One request of every kind that is counted, so that every series exists."""

import httpx

from tests.server import RunningServer

# Two primes of 45 digits (found with sympy.nextprime at 10^44 and e * 10^44).
HARD_90_DIGITS = (10**44 + 31) * (271_828_182_845_904_523_536_028_747_135_266_249_775_724_741)

# Two such factorizations are more than one request may cost.
_DEAR_FIELDS = " ".join(
    f'{alias}: integer(value: "{HARD_90_DIGITS}") {{ factorization {{ expression }} }}'
    for alias in "ab"
)
TOO_DEAR = f"{{ {_DEAR_FIELDS} }}"


def factored(value: int) -> str:
    """Return the query for the factors of a value."""
    return f'{{ integer(value: "{value}") {{ factorization {{ expression }} }} }}'


def ask_everything(server: RunningServer) -> None:
    """Ask a server what can be asked, rightly and wrongly."""
    queries = [
        "{ integer(value: 97) { isPrime factorization { expression } nextPrime } }",
        "{ integers(values: [91, 97]) { isPrime } arePrime(values: [2, 4]) }",
        # Each of these leaves the event loop: for a thread, a worker, and a slow worker.
        "{ primeRange(low: 1, high: 100000000) { count } primeCount(x: 100000000000) }",
        # Products of two primes (by sympy.nextprime) for a quick worker, and for a slow one.
        factored((10**19 + 51) * (10**20 + 39)),
        factored((10**24 + 7) * (10**25 + 13)),
        "{ nthPrime(n: 0) }",
        TOO_DEAR,
        "{",
    ]
    for query in queries:
        server.post(query)
    httpx.post(f"{server.url}/graphql", content=b"{", headers={"X-API-Key": "wrong"})
    httpx.get(f"{server.url}/livez")
    httpx.get(f"{server.url}/nowhere")
