"""Handle what all requests have in common: limits, prices, records, headers and error answers.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``header_fields``: Header fields: those of a request, read once, and those of answers.
- ``request_id``: The id of a request: the one that the client sends, or a new one.
- ``security_headers``: Headers that tell browsers what an answer may do; on every answer, errors
  and files included.
- ``answer_headers``: Middleware that adds the request's id and the security headers to every
  answer.
- ``error_mask``: Formats errors for clients: each gets a code, and internal details are masked.
- ``cost``: What an operation costs, from its plan and its variables.
- ``observability``: Record requests, for metrics, logs and traces.
- ``refusal``: Refuses requests before they are read: unauthenticated, or above a limit.
- ``limits``: Identify the client of a request, and limit its requests, points and memory.
"""
