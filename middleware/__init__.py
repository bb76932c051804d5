"""What is true of every request: pure ASGI middleware and error answers.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``header_fields``: The header fields of a request, read once for all who look at them, and those
  of answers.
- ``request_id``: An identity for every request, to find it in the log by.
- ``security_headers``: Headers that tell browsers what an answer may do; on every answer, errors
  and files included.
- ``answer_headers``: The headers that every answer has: the request's id, and what browsers may
  do with it.
- ``error_mask``: Errors as clients see them: a code on each, and nothing internal in any message.
- ``cost``: What a document costs, from its plan and its variables.
- ``observability``: What is recorded about each request.
- ``refusal``: Requests refused before they are read: who sent them is not known, or asks too
  often.
- ``limits``: Who sends a request, and how much that client may ask.
"""
