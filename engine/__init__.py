"""What is true about integers and primes: exact mathematics over numpy, FLINT and GMP.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``errors``: The errors the engine raises on purpose; every message is safe to show to a client.
- ``results``: The frozen results of the engine: plain values that know nothing of how they are
  shown.
- ``stop``: The flag that a long computation looks at between two segments of its work.
- ``argument_checks``: Intervals and integers as arguments: checked, and shown in messages.
- ``cost_curve``: Predicted cost as a function of size, read off a short table of measurements.
- ``bounds``: Proved bounds for the number of primes, and smooth approximations to it and to the
  n-th prime.
- ``pace``: How fast this machine is: the CPU time of three fixed kernels against the reference
  machine.
- ``strategy_counters``: Counts how often each strategy answered part of an interval, and at what
  predicted cost.
- ``flint_calls``: The only calls of FLINT's primality tests, proofs and factorizations.
- ``prime_steps``: The predicted cost of stepping from an integer to the next prime, for all who
  step.
- ``sieving``: Find the primes of an interval by sieving.
- ``primality``: Is an integer prime, and where are the primes next to it?
- ``counting``: Count primes without listing them: pi(x) and the n-th prime.
- ``factoring``: What divides an integer: factors, divisors and what follows from them.
- ``intervals``: What is true about the primes of a closed interval.
- ``classes``: The named classes of primes that one integer belongs to.
"""
