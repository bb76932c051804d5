"""The commands of ``primeql``.

Modules, in reading order:

- ``serve_command``: ``primeql serve``: answer GraphQL over HTTP until told to stop.
- ``query_command``: ``primeql query`` and ``primeql schema``: run a query, or print the schema,
  without a server.
- ``health_command``: ``primeql health``: check whether the running server is ready.
- ``config_command``: ``primeql config``: check the settings, show them, or list all settings.
- ``keys_command``: ``primeql keys``: create, list, revoke and rotate API keys.
"""
