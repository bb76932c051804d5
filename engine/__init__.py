"""What is true about integers and primes: exact mathematics over numpy, FLINT and GMP.

Rooms and modules, from the lowest; each imports only what stands before it:

- ``errors``: The errors the engine raises on purpose; every message is safe to show to a client.
- ``results``: The results of the engine: frozen dataclasses without any presentation.
- ``stop``: The stop flag, which a long computation checks between two parts of its work.
- ``argument_checks``: Checks intervals, and writes integers into messages.
- ``cost_curve``: Predicts a cost from a size, by interpolation in a short table of measurements.
- ``bounds``: Proved bounds of pi(x), and smooth approximations to pi(x) and to the n-th prime.
- ``pace``: Measures the pace: the CPU time of fixed kernels here, relative to the reference
  machine.
- ``strategy_counters``: Counts how often each strategy answered part of an interval, and at what
  predicted cost.
- ``flint_calls``: The only calls of FLINT's primality tests, proofs and factorizations.
- ``prime_steps``: Predicts the cost of stepping from an integer to the next prime.
- ``sieving``: Find the primes of an interval by sieving.
- ``primality``: Test whether integers are prime, and find the primes next to an integer.
- ``counting``: Count primes without listing them: pi(x) and the n-th prime.
- ``factoring``: Factor integers, and compute divisors and arithmetic functions from the factors.
- ``intervals``: List, count and analyse the primes of a closed interval.
- ``classes``: Find the named classes of primes that one integer belongs to.
"""
