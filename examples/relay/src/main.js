import { createEnvironment } from "./environment.js";
import { primePages } from "./primes.js";

const INTERVALS = [
  { low: 2n ** 64n - 200n, high: 2n ** 64n, first: 3 },
  { low: 10n ** 99n, high: 10n ** 99n + 800n, first: 2 },
];

async function main() {
  const url = process.env.GRAPHQL_URL ?? "http://localhost:8000/graphql";
  const environment = createEnvironment(url);
  for (const interval of INTERVALS) {
    for await (const primes of primePages(environment, interval)) {
      console.log(primes.join(" "));
    }
  }
}

void main();
