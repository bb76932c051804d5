"""How a document becomes a result: from text to bytes.

A document is compiled once into a plan, and a plan runs without walking the document again. Texts
are found again by what is left of them without numbers (``literals``, ``document_cache``). The
operations of a document are planned for each outcome of their conditions (``prepared_documents``,
``planning``, ``plan``) and run column by column (``plan_run``). What no plan can run goes to
graphql-core's own executor.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``captured_errors``: Calls that must not end a request, whatever they raise: those of resolvers
  and scalars.
- ``cooperative_loops``: Long loops on the event loop, with a turn for other requests now and
  then.
- ``resolved_values``: What resolvers may return in place of values: nothing, exceptions, and
  awaitables of values.
- ``limits``: May this document be parsed, validated and executed at all?
- ``output``: How a result becomes bytes of JSON.
- ``plans``: How an operation is compiled to a plan, and how a plan runs.
- ``documents``: How a text becomes a prepared document, and where prepared documents are kept.
- ``executor``: From a document to a result: parse, validate, choose the operation, coerce,
  execute.
"""
