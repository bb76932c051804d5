"""Ask the Prime Math API with gql: every BigInt is an int, in variables and in answers."""

import os

from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from gql.utilities import update_schema_scalar
from graphql import GraphQLScalarType

BIG_INT = GraphQLScalarType("BigInt", serialize=str, parse_value=int)
INTEGERS = gql("""
    query Integers($values: [BigInt!]!) {
      integers(values: $values) {
        value
        isPrime
        nextPrime
      }
    }
""")
COUNT = gql("""
    query Count($low: BigInt!, $high: BigInt!) {
      primeRange(low: $low, high: $high) {
        count
      }
    }
""")


def main() -> None:
    """Print two primes with their successors, and the code of a mistake."""
    url = os.environ.get("GRAPHQL_URL", "http://localhost:8000/graphql")
    client = Client(
        transport=HTTPXTransport(url=url, timeout=30),
        fetch_schema_from_transport=True,
        serialize_variables=True,
        parse_results=True,
    )
    with client as session:
        assert client.schema is not None
        update_schema_scalar(client.schema, "BigInt", BIG_INT)
        values = [2**64 - 59, 10**99 + 289]
        request = GraphQLRequest(INTEGERS, variable_values={"values": values})
        for integer in session.execute(request)["integers"]:
            value, next_prime = integer["value"], integer["nextPrime"]
            print(value, "is prime" if integer["isPrime"] else "is not prime")
            print(next_prime, "is next,", next_prime - value, "above")
        try:
            session.execute(GraphQLRequest(COUNT, variable_values={"low": 10, "high": 1}))
        except TransportQueryError as error:
            for mistake in error.errors or []:
                path = ".".join(map(str, mistake["path"]))
                print(f"{mistake['extensions']['code']} at {path}: {mistake['message']}")


if __name__ == "__main__":
    main()
