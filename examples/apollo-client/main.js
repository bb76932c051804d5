import { CombinedGraphQLErrors, gql } from "@apollo/client";
import { createPrimeClient } from "./client.js";

const NEXT_PRIME = gql`
  query NextPrime($value: BigInt!) {
    integer(value: $value) {
      value
      isPrime
      nextPrime
    }
  }
`;
const IS_PRIME = gql`
  query IsPrime($values: [BigInt!]!) {
    integers(values: $values) {
      value
      isPrime
    }
  }
`;
const COUNT = gql`
  query Count($low: BigInt!, $high: BigInt!) {
    primeRange(low: $low, high: $high) {
      count
    }
  }
`;

const client = createPrimeClient(process.env.GRAPHQL_URL ?? "http://localhost:8000/graphql");

for (const value of [2n ** 64n - 59n, 10n ** 99n + 289n]) {
  const { data } = await client.query({ query: NEXT_PRIME, variables: { value } });
  const { isPrime, nextPrime } = data.integer;
  console.log(`${data.integer.value} ${isPrime ? "is" : "is not"} prime`);
  console.log(`${nextPrime} is next, ${nextPrime - data.integer.value} above`);
}

const values = Array.from({ length: 1000 }, (_, k) => 2n ** 64n + BigInt(k));
const { data } = await client.query({ query: IS_PRIME, variables: { values } });
const primes = data.integers.filter((integer) => integer.isPrime).map(({ value }) => value);
console.log(`${primes.length} of ${values.length} are prime, the last is ${primes.at(-1)}`);

const { error } = await client.query({
  query: COUNT,
  variables: { low: 10n, high: 1n },
  errorPolicy: "all", // the fields that could be answered, beside the errors of those that could not
});
if (CombinedGraphQLErrors.is(error)) {
  for (const { message, path, extensions } of error.errors) {
    console.log(`${extensions.code} at ${path.join(".")}: ${message}`);
  }
} else if (error) {
  throw error; // the network, or an answer that is not GraphQL
}
