import { graphql } from "./__generated__/index.js";
import { ask } from "./client.js";

const INTEGERS = graphql(`
  query Integers($values: [BigInt!]!) {
    integers(values: $values) {
      value
      isPrime
      nextPrime
    }
  }
`);
const COUNT = graphql(`
  query Count($low: BigInt!, $high: BigInt!) {
    primeRange(low: $low, high: $high) {
      count
    }
  }
`);
const url = process.env["GRAPHQL_URL"] ?? "http://localhost:8000/graphql";

const { data } = await ask(url, INTEGERS, { values: [2n ** 64n - 59n, 10n ** 99n + 289n] });
for (const integer of data?.integers ?? []) {
  if (!integer?.nextPrime) continue; // null beside an error that tells why
  const { value, isPrime, nextPrime } = integer;
  console.log(`${value} ${isPrime ? "is" : "is not"} prime`);
  console.log(`${nextPrime} is next, ${nextPrime - value} above`);
}

const { errors = [] } = await ask(url, COUNT, { low: 10n, high: 1n });
for (const { message, path, extensions } of errors) {
  console.log(`${extensions?.["code"]} at ${path?.join(".")}: ${message}`);
}
