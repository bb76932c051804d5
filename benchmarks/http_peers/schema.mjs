// The part of the schema that the benchmark asks, as mercurius and graphql-yoga both take it.

import { GraphQLScalarType } from "graphql";
import { isPrime, primesFrom } from "./primes.mjs";

export const typeDefs = `
  scalar BigInt
  scalar SafeInt
  type Query {
    integer(value: BigInt!): Integer
    integers(values: [BigInt!]!): [Integer]!
    arePrime(values: [BigInt!]!): [Boolean!]
    primeRange(low: BigInt!, high: BigInt!): PrimeRange
  }
  type Integer {
    value: BigInt!
    isPrime: Boolean
    isProbablePrime: Boolean!
    primality: Primality
  }
  type Primality {
    verdict: Verdict!
  }
  enum Verdict {
    COMPOSITE
    PRIME
  }
  type PrimeRange {
    primes(first: Int): PrimeConnection
  }
  type PrimeConnection {
    nodes: [BigInt!]!
    numbers: [SafeInt!]
  }
`;

const BigIntScalar = new GraphQLScalarType({
  name: "BigInt",
  serialize: String,
  parseValue: BigInt,
  parseLiteral: (node) => BigInt(node.value),
});

const SafeInt = new GraphQLScalarType({
  name: "SafeInt",
  serialize(value) {
    if (!Number.isSafeInteger(value)) throw new TypeError("not a safe integer");
    return value;
  },
});

// One integer, tested once, when first asked.
class Integer {
  #isPrime;

  constructor(value) {
    this.value = value;
  }

  get isPrime() {
    return (this.#isPrime ??= isPrime(this.value));
  }
}

export const resolvers = {
  BigInt: BigIntScalar,
  SafeInt,
  Query: {
    integer: (_, { value }) => new Integer(value),
    integers: (_, { values }) => values.map((value) => new Integer(value)),
    arePrime: (_, { values }) => values.map(isPrime),
    primeRange: (_, { low, high }) => ({ low, high }),
  },
  Integer: {
    isProbablePrime: (integer) => integer.isPrime,
    primality: (integer) => ({ verdict: integer.isPrime ? "PRIME" : "COMPOSITE" }),
  },
  PrimeRange: {
    primes: ({ low, high }, { first }) => ({ primes: primesFrom(low, high, first) }),
  },
  PrimeConnection: {
    nodes: ({ primes }) => primes,
    numbers: ({ primes }) => primes,
  },
};
