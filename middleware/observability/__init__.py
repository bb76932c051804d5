"""Record requests, for metrics, logs and traces.

Modules, in reading order:

- ``request_record``: The record of one request, from which metrics, logs and traces are written.
- ``request_observer``: Middleware that measures each request, and passes its record to observers
  at the end.
- ``event_loop_metrics``: Prometheus counters and histograms that only the event loop changes,
  without locks.
- ``request_metrics``: Prometheus metrics of requests. No label has a value that a client can
  choose.
- ``access_log``: Writes one log line for each request, without any text that the client sent.
- ``server_timing``: The header ``Server-Timing``: how long each stage of a request took.
- ``spans``: The interface that makes spans of operations, and an empty one for use without
  tracing.
"""
