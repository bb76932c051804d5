"""What the process reports about itself: metrics, logs, traces and health.

Modules, in reading order:

- ``logging_setup``: The log: one JSON object a line, or readable text on a terminal, all on
  standard error.
- ``event_loop_lag``: How late the event loop is: what every request waits beside its own work.
- ``loop_watchdog``: Ends a process whose event loop has stopped turning, so that its supervisor
  starts it anew.
- ``task_metrics``: Computations in threads and processes as Prometheus counts them.
- ``collectors``: Metrics that other parts of the process keep anyway, read when someone scrapes.
- ``tracing``: Spans by OpenTelemetry, for a request, its operations and their tasks in threads
  and processes.
- ``self_tests``: Questions whose answers are known, asked of the running service by itself.
- ``health_details``: What holders of API keys may know of the service's health: self-tests,
  lanes, Redis.
- ``telemetry``: What one process tells of itself: its metrics and where they are served, and its
  access log.
"""
