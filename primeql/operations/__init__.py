"""Prepare, price, charge and run operations.

Modules, in reading order:

- ``request_errors``: The error of a request without a valid operation; the endpoint answers it.
- ``operation``: Reads an operation from the decoded parameters of a request.
- ``persisted_queries``: Persisted queries: documents that clients register or a manifest lists,
  found by their hash.
- ``registration_shares``: Limits the share of the memory for registered documents that each
  client may fill.
- ``document_facts``: Extracts the facts about a document that metrics and logs may contain.
- ``document_fees``: Charges the documents of a request: a fee to read a new one, and a fee for
  its errors.
- ``known_operations``: What is kept of an operation beside its plan, worked out once for all who
  ask it.
- ``operation_results``: Turns the outcome of an operation into its answer.
- ``service``: The service without HTTP: it prepares and runs operations, and returns their
  answers.
- ``cost_reports``: Reports costs to clients: prices, points used, and refusals for lack of
  points.
- ``admission``: Admits operations: charges their price before they run, and refunds unused points
  at the end.
"""
