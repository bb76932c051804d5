"""Count primes without listing them: pi(x) and the n-th prime.

Modules, in reading order:

- ``checkpoint_file``: The shipped file of prime counts: how it is written and read.
- ``checkpoints``: Prime counts at evenly spaced places, from the file that is shipped with the
  engine.
- ``lmo_hard_leaves``: The hard leaves of pi(x): counts of integers free of small primes, by a
  sieve that is asked.
- ``lmo``: pi(x) by a formula over leaves: neither lists nor sieves the primes up to x.
- ``prime_counting``: The prime-counting function pi(x) and its inverse, in the cheapest way for
  each argument.
"""
