import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import 'graphiql/graphiql.css';
import './explorer.css';
import { exampleTabs } from './examples.js';
import { fetcher } from './fetcher.js';

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
