// Relay's environment: a network that asks the Prime Math API, and a store for what it answered.
import { Environment, Network, RecordSource, Store } from "relay-runtime";

export function createEnvironment(url) {
  const ask = async ({ text: query, name: operationName }, variables) => {
    const response = await fetch(url, {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json, application/json",
        "Content-Type": "application/json",
      },
      body: JSON.stringify({ query, operationName, variables }),
    });
    return response.json();
  };
  return new Environment({
    network: Network.create(ask),
    store: new Store(new RecordSource()),
  });
}
