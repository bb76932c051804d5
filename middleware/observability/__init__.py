"""What is recorded about each request.

Modules, in reading order:

- ``request_record``: What is known of one request once it has been answered; for metrics, logs
  and traces.
- ``request_observer``: Each request seen from outside: measured, counted and logged once it has
  been answered.
- ``event_loop_metrics``: Prometheus counters and histograms for the event loop alone: plain
  numbers until a scrape.
- ``request_metrics``: Requests as Prometheus counts them; no label holds anything that a client
  can choose.
- ``access_log``: One line of the log for each request; of the client's input it holds no text.
- ``server_timing``: The header ``Server-Timing``: what a request's time went into, told to those
  who ask.
- ``spans``: What traces are told of an operation; nothing, and for nothing, if nobody traces.
"""
