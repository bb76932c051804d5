import { ClientError, gql, GraphQLClient } from "graphql-request";

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

const client = new GraphQLClient(process.env.GRAPHQL_URL ?? "http://localhost:8000/graphql");

// JSON has no bigint: integers travel as strings, in both directions.
const { integers } = await client.request(INTEGERS, {
  values: [2n ** 64n - 59n, 10n ** 99n + 289n].map(String),
});
for (const integer of integers) {
  const [value, nextPrime] = [BigInt(integer.value), BigInt(integer.nextPrime)];
  console.log(`${value} ${integer.isPrime ? "is" : "is not"} prime`);
  console.log(`${nextPrime} is next, ${nextPrime - value} above`);
}

try {
  await client.request(COUNT, { low: "10", high: "1" });
} catch (error) {
  if (!(error instanceof ClientError)) throw error;
  for (const { message, path, extensions } of error.response.errors) {
    console.log(`${extensions.code} at ${path.join(".")}: ${message}`);
  }
}
