"""Which answers are remembered, where, and how a remembered answer is checked.

Modules, in reading order:

- ``answer_codec``: Answers as plain JSON and back, by the types of the engine's results; nothing
  is ever unpickled.
- ``answer_shapes``: What answers are remembered: their types, and how one that is read is
  checked.
- ``signer``: Seals that tell the answers of this service from texts that somebody else has
  written.
- ``cache_entry``: Answers as the texts that are remembered: sealed with what they answer, checked
  when read.
- ``unfinished``: Marks of questions whose time ran out: what was found, and how much time it
  took.
- ``bounded_cache``: An aiocache of texts in memory that holds so many bytes and no more.
- ``circuit_breaker``: What processes share, as long as it can be reached: its failures, and a
  breaker for them.
- ``shared_answers``: Answers that processes share, as long as where they are kept can be reached.
- ``distributed_lock``: The lease on a question that one process answers while the others wait.
- ``single_flight``: One computation for all who ask the same at the same time.
- ``answer_memory``: Expensive answers are computed once, for all who ask, and remembered.
"""
