"""What is kept outside the process: API keys in a file, answers and budgets in Redis.

Modules, in reading order:

- ``key_file``: The file of API keys: who holds them, and the hashes of their secrets.
- ``api_keys``: API keys: how they look, and the running service's index of those that are valid.
- ``answer_revision``: What tells the answers of one state of the program from those of another.
- ``redis_answers``: Expensive answers in Redis, by aiocache: one round trip for each step, none
  of them long.
- ``redis_buckets``: Buckets in Redis: one script per attempt to spend, many attempts per round
  trip.
"""
