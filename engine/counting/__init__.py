"""Count primes without listing them: pi(x) and the n-th prime.

Modules, in reading order:

- ``checkpoint_file``: Writes and reads the file of prime counts that is shipped with the engine.
- ``checkpoints``: Checkpoints: known values of pi(x) at evenly spaced x, from the file shipped
  with the engine.
- ``lmo_hard_leaves``: The hard leaves of the LMO method: a sieve that counts integers without
  small prime factors.
- ``lmo``: Computes pi(x) by the Lagarias-Miller-Odlyzko (LMO) method: it lists no primes up to x.
- ``prime_counting``: The prime-counting function pi(x) and its inverse, by the cheapest method
  for each argument.
"""
