// A typed client whose values are what their types say: every BigInt of an answer is a bigint.
import { visitResult } from "@graphql-tools/utils";
import {
  buildClientSchema,
  type GraphQLFormattedError,
  type IntrospectionQuery,
  print,
} from "graphql";
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import introspection from "./__generated__/schema.json" with { type: "json" };

const schema = buildClientSchema(introspection as unknown as IntrospectionQuery);

export interface Answer<Data> {
  /** What could be answered; each field that could not is null. */
  data?: Data | null;
  errors?: GraphQLFormattedError[];
}

export async function ask<Data, Variables extends Record<string, unknown>>(
  url: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Answer<Data>> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json",
      "Content-Type": "application/json",
    },
    body: JSON.stringify({ query: print(document), variables }, bigintAsString),
  });
  const answer = await response.json();
  return visitResult(answer, { document, variables }, schema, { BigInt }) as Answer<Data>;
}

function bigintAsString(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}
