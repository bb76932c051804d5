"""Store data outside the process: API keys in a file, answers and budgets in Redis.

Modules, in reading order:

- ``key_file``: The file of API keys: their holders, and the hashes of their secrets.
- ``api_keys``: API keys: their format, and the index of valid keys of the running service.
- ``answer_revision``: The revision of answers: a hash of the code that computes them.
- ``redis_answers``: Stores expensive answers in Redis, by aiocache: one short round trip for each
  operation.
- ``redis_buckets``: Token buckets in Redis: one script call for each attempt, many attempts in
  one round trip.
"""
