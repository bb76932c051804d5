"""Report about the process: metrics, logs, traces and health.

Modules, in reading order:

- ``logging_setup``: Configures the log: JSON lines, or readable text on a terminal, on standard
  error.
- ``event_loop_lag``: Measures the lag of the event loop, which delays every request.
- ``loop_watchdog``: Ends a process whose event loop is blocked, so that its supervisor restarts
  it.
- ``task_metrics``: Prometheus metrics of computations in threads and worker processes.
- ``collectors``: Collectors that read the counters of other parts at each scrape.
- ``tracing``: OpenTelemetry spans of a request, its operations, and their tasks in threads and
  processes.
- ``self_tests``: Self-tests: the running service answers questions whose answers are known.
- ``health_details``: Answers ``/healthz/details`` for holders of API keys: self-tests, lanes,
  Redis.
- ``telemetry``: The telemetry of one process: its metrics, the server for them, and the access
  log.
"""
