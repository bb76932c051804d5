"""The commands of ``primeql``.

Modules, in reading order:

- ``serve_command``: ``primeql serve``: answer GraphQL over HTTP until told to stop.
- ``query_command``: ``primeql query`` and ``primeql schema``: what the service answers, without a
  server.
- ``health_command``: ``primeql health``: whether the server of these settings is ready; for
  health checks.
- ``config_command``: ``primeql config``: check the settings, show them, or list what there is to
  set.
- ``keys_command``: ``primeql keys``: create, list, revoke and rotate API keys.
"""
