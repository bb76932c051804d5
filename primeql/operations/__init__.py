"""From an operation to its result: prepared, priced, paid for and run.

Modules, in reading order:

- ``request_errors``: Requests from which no operation can be taken; raised by readers, answered
  by the endpoint.
- ``operation``: From decoded parameters to the operation a client asks for.
- ``persisted_queries``: Documents known by their hash: those clients register, and those a
  manifest lists.
- ``registration_shares``: How much of the memory for registered documents each client may fill.
- ``document_facts``: What metrics and logs tell of a document: nothing that its sender chose.
- ``document_fees``: What the documents of one request cost their client: to be read if new, and
  to be refused.
- ``known_operations``: What is kept with a document of each of its operations, worked out once
  for all who ask them.
- ``operation_results``: The answers to operations: what a client gets of what became of one.
- ``service``: The service without its transport: an operation goes in, its answer comes out.
- ``cost_reports``: What clients are told of costs: prices, what was used, and why they cannot be
  paid.
- ``admission``: What operations cost their client: priced before they run, settled when they end.
"""
