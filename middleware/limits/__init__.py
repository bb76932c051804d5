"""Identify the client of a request, and limit its requests, points and memory.

Modules, in reading order:

- ``client_address``: Finds the network address of a client behind any number of trusted proxies.
- ``tier``: Tiers: the limits of groups of clients, and the built-in tiers.
- ``clients``: Identifies the client of a request: the holder of its API key, or else its address.
- ``request_windows``: Storage for slowapi: a bounded number of fixed windows in memory.
- ``request_rate``: Limits the requests of a client per minute, by slowapi.
- ``concurrency``: Limits the requests of one client that run at the same time.
- ``request_limits``: Wraps an endpoint: identifies the client, then checks its rate and its
  concurrent requests.
- ``memory_budget``: Limits the memory of all answers in progress, and of the answers to one
  client.
- ``token_bucket``: Token buckets: the budget of each client in points, kept in this process.
- ``shared_budget``: Budgets that all processes share, with a local fallback while the shared
  state is unreachable.
- ``rate_limit_headers``: Headers with the remaining budget of a client, and the time at which to
  try again.
"""
