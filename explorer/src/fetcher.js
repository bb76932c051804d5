// How the page asks the API. GraphiQL's own fetcher cannot be stopped, and passes on the name of
// the operation that stood in the editor a tenth of a second ago.
import { Kind, parse } from 'graphql';

const ADDRESS = '/graphql';
const HEADERS = {
  accept: 'application/graphql-response+json, application/json;q=0.9',
  'content-type': 'application/json',
};

/** Ask the API; whoever unsubscribes before the answer hangs up, which stops the work it would have cost. */
export function fetcher(request, options = {}) {
  return {
    subscribe(observer) {
      const hangUp = new AbortController();
      answerTo(request, options.headers, hangUp.signal).then(
        (answer) => {
          observer.next(answer);
          observer.complete();
        },
        (error) => {
          if (!hangUp.signal.aborted) observer.error({ message: error.message });
        },
      );
      return { unsubscribe: () => hangUp.abort() };
    },
  };
}

async function answerTo(request, headers, signal) {
  const body = JSON.stringify({ ...request, operationName: operationNameOf(request) });
  const response = await fetch(ADDRESS, { method: 'POST', body, headers: { ...HEADERS, ...headers }, signal });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${ADDRESS} answered ${response.status} ${response.statusText}, which is not JSON: ${text.slice(0, 200)}`);
  }
}

/** Name the operation to run: the only one there is, or the one chosen among several. */
function operationNameOf({ query, operationName }) {
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0].name?.value : operationName;
  } catch {
    // The API says better what is wrong with the document.
    return undefined;
  }
}
