"""GraphQL over HTTP: from a request to its operations, and from their results to a response.

Modules, in reading order:

- ``media_types``: Content negotiation between the two media types of GraphQL over HTTP.
- ``request_origin``: Whether a browser was made to send a request by a page of another site.
- ``request_timeout``: How long a client will wait for its answer: the header ``X-Request-
  Timeout``.
- ``request_body``: From a request's body to a JSON value: in time, unpacked within bounds, exact.
- ``http_caching``: Caching of answers by browsers and gateways: mathematics does not change,
  programs do.
- ``json_response``: Responses of JSON; long ones are encoded while they are sent, as fast as
  their client reads.
- ``graphql_http``: GraphQL over HTTP: from a request to its operations, and from their answers to
  a response.
- ``graphql_endpoint``: The short way of a POST to the GraphQL endpoint: past routing, CORS and
  compression.
"""
