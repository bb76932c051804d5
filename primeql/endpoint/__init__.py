"""Handle GraphQL over HTTP: from a request to its operations, from their results to a response.

Modules, in reading order:

- ``media_types``: Content negotiation between the two media types of GraphQL over HTTP.
- ``request_origin``: Detects cross-site request forgery: requests that a page of another site
  makes a browser send.
- ``request_timeout``: Reads the header ``X-Request-Timeout``: how long a client will wait for its
  answer.
- ``request_body``: Reads the JSON value of a request's body, within limits of time and size.
- ``http_caching``: Headers that let browsers and gateways cache answers: Cache-Control, Vary and
  entity tags.
- ``json_response``: JSON responses. A long one is encoded while it is sent, as fast as its client
  reads.
- ``graphql_http``: Reads the operations of an HTTP request, and turns their answers into a
  response.
- ``graphql_endpoint``: Answers a POST to the GraphQL endpoint without routing, CORS and
  compression.
"""
