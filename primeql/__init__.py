"""Wiring and start of the service: settings, the application, the command line.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``cgroup``: What the control group of this process may use: the limits that containers are
  given.
- ``settings``: The settings: one frozen dataclass, read once from ``PRIMEQL_*``.
- ``tiers``: The tiers of clients, read from a file.
- ``stores``: What is kept outside the process: API keys in a file, answers and budgets in Redis.
- ``operations``: From an operation to its result: prepared, priced, paid for and run.
- ``health``: Health endpoints: whether the process lives, and whether it may be sent requests.
- ``server``: The HTTP server: uvicorn, with bounds on connections and request heads.
- ``telemetry``: What the process reports about itself: metrics, logs, traces and health.
- ``endpoint``: GraphQL over HTTP: from a request to its operations, and from their results to a
  response.
- ``explorer``: The page in the browser at ``/``: GraphiQL from files built beforehand, nothing
  from outside.
- ``cross_origin``: What pages of other origins may send and read (CORS).
- ``app``: The one place where the layers are wired into an application.
- ``commands``: The commands of ``primeql``.
- ``__main__``: The command line, ``primeql``: serve, health, config, keys, query and schema.
"""

__version__ = "0.1.0"
