"""Who sends a request, and how much that client may ask.

Modules, in reading order:

- ``client_address``: The network address a request is counted under, however many proxies stand
  before us.
- ``tier``: What a client may spend: the tiers, and those of a service that names none of its own.
- ``clients``: Who sends a request: the holder of an API key, else an address.
- ``request_windows``: Where slowapi counts requests: windows in memory, a bounded number of them.
- ``request_rate``: How many requests a client sends per minute, counted by slowapi.
- ``concurrency``: How many requests of one client run at the same time.
- ``request_limits``: What stands before an endpoint: who asks, how often, and how much at once.
- ``memory_budget``: How much memory the answers under way may take together, and those of each
  client.
- ``token_bucket``: The budget of each client: a bucket of points that fills by itself, kept in
  this process.
- ``shared_budget``: A budget that processes share, and the one of this process that takes over
  when they cannot.
- ``rate_limit_headers``: The headers that tell clients what they have left, and when to come
  back.
"""
