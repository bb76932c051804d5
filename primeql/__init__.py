"""Wire and start the service: settings, the application, the command line.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``cgroup``: Reads the limits of this process's control group, which containers set.
- ``settings``: The settings: one frozen dataclass, read once from ``PRIMEQL_*``.
- ``tiers``: Reads the tiers of clients from a file.
- ``stores``: Store data outside the process: API keys in a file, answers and budgets in Redis.
- ``operations``: Prepare, price, charge and run operations.
- ``health``: Health endpoints: whether the process runs, and whether it is ready for requests.
- ``server``: The HTTP server: uvicorn, with bounds on connections and request heads.
- ``telemetry``: Report about the process: metrics, logs, traces and health.
- ``endpoint``: Handle GraphQL over HTTP: from a request to its operations, from their results to
  a response.
- ``explorer``: Serves the page in the browser at ``/``: GraphiQL, from files built beforehand.
- ``cross_origin``: Sets what pages of other origins may send and read (CORS).
- ``app``: Builds the application from its layers.
- ``commands``: The commands of ``primeql``.
- ``__main__``: The command line, ``primeql``: serve, health, config, keys, query and schema.
"""

__version__ = "0.1.0"
