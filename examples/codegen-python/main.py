"""Ask the Prime Math API with a client that ariadne-codegen has generated from its schema."""

import os

from prime_client import GraphQLClientGraphQLMultiError, PrimeClient


def main() -> None:
    """Print two primes with their successors, and the code of a mistake."""
    url = os.environ.get("GRAPHQL_URL", "http://localhost:8000/graphql")
    with PrimeClient(url) as client:
        for integer in client.integers([2**64 - 59, 10**99 + 289]).integers or []:
            if integer is None or integer.next_prime is None:
                continue  # beside an error that tells why
            print(integer.value, "is prime" if integer.is_prime else "is not prime")
            print(integer.next_prime, "is next,", integer.next_prime - integer.value, "above")
        try:
            client.prime_count(low=10, high=1)
        except GraphQLClientGraphQLMultiError as error:
            for mistake in error.errors:
                code = (mistake.extensions or {}).get("code")
                path = ".".join(map(str, mistake.path or []))
                print(f"{code} at {path}: {mistake.message}")


if __name__ == "__main__":
    main()
