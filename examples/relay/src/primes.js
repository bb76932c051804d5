// The primes of an interval, page by page, each as bigint.
import { fetchQuery, graphql } from "relay-runtime";

const QUERY = graphql`
  query primesPageQuery($low: BigInt!, $high: BigInt!, $first: Int!, $after: String)
  @throwOnFieldError {
    primeRange(low: $low, high: $high) {
      primes(first: $first, after: $after) {
        edges {
          node
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
  }
`;

export async function* primePages(environment, { low, high, first }) {
  let after = null;
  do {
    // JSON has no bigint: integers travel as strings, in both directions.
    const variables = { low: String(low), high: String(high), first, after };
    const { primeRange } = await fetchQuery(environment, QUERY, variables).toPromise();
    const { edges, pageInfo } = primeRange.primes;
    yield edges.map(({ node }) => BigInt(node));
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after !== null);
}
