// An Apollo Client for the Prime Math API: BigInt is bigint, and queries are sent by their hash.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, Scalar } from "@apollo/client";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";

// Servers and proxies refuse long URLs; a batch of thousands of values goes into a body.
const LONGEST_VARIABLES_IN_URL = 4000;

export function createPrimeClient(uri) {
  return new ApolloClient({ link: createLink(uri), cache: createCache() });
}

function createLink(uri) {
  const http = new HttpLink({ uri });
  // Asks by GET with the query's SHA-256, which browsers and proxies can cache, and sends the whole
  // query by POST only if the server does not know the hash yet.
  const byHash = new PersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http);
  const isShort = ({ variables }) =>
    JSON.stringify(variables).length <= LONGEST_VARIABLES_IN_URL;
  return ApolloLink.split(isShort, byHash, http);
}

function createCache() {
  const bigInt = { scalar: "BigInt" };
  return new InMemoryCache({
    // The wire has strings. Variables declared as BigInt are turned into strings by themselves;
    // fields that are to be read as bigint are named below.
    scalars: {
      BigInt: new Scalar({
        parse: BigInt,
        serialize: String,
        is: (value) => typeof value === "bigint",
      }),
    },
    typePolicies: {
      Integer: {
        keyFields: ["value"],
        fields: { value: bigInt, nextPrime: bigInt, previousPrime: bigInt },
      },
    },
  });
}

async function sha256(text) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
