import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/graphiql.css';
import './explorer.css';
import { exampleTabs } from './examples.js';

const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  headers: { accept: 'application/graphql-response+json, application/json;q=0.9' },
  // The API answers every query whole; without this the page would ask for multipart answers.
  enableIncrementalDelivery: false,
});

createRoot(document.getElementById('explorer')).render(
  <GraphiQL
    fetcher={fetcher}
    defaultTabs={exampleTabs}
    // The variables are half of two examples, and would stay folded away since the first has none.
    defaultEditorToolsVisibility="variables"
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>Prime Math API</GraphiQL.Logo>
  </GraphiQL>,
);
