import { Client, fetchExchange, gql } from "@urql/core";

const INTEGERS = gql`
  query Integers($values: [BigInt!]!) {
    integers(values: $values) {
      value
      isPrime
      nextPrime
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

const client = new Client({
  url: process.env.GRAPHQL_URL ?? "http://localhost:8000/graphql",
  // Asks by GET where the URL is short enough, so that answers can be cached, and else by POST.
  exchanges: [fetchExchange],
});

// JSON has no bigint: integers travel as strings, in both directions.
const { data, error } = await client.query(INTEGERS, {
  values: [2n ** 64n - 59n, 10n ** 99n + 289n].map(String),
});
if (error) throw error;
for (const integer of data.integers) {
  const [value, nextPrime] = [BigInt(integer.value), BigInt(integer.nextPrime)];
  console.log(`${value} ${integer.isPrime ? "is" : "is not"} prime`);
  console.log(`${nextPrime} is next, ${nextPrime - value} above`);
}

// What could be answered is in `data`, beside the errors of what could not.
const mistaken = await client.query(COUNT, { low: "10", high: "1" });
if (mistaken.error?.networkError) throw mistaken.error;
for (const { message, path, extensions } of mistaken.error?.graphQLErrors ?? []) {
  console.log(`${extensions.code} at ${path.join(".")}: ${message}`);
}
