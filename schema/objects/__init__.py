"""The object types that clients see, by subject.

Modules, in reading order:

- ``connections``: Pages of ascending integers, in Relay's shape.
- ``primality``: What is known about the primality of one integer.
- ``factorizations``: What follows from the factorization of one integer.
- ``classes``: The named classes of primes.
- ``integers``: Everything the service can tell about one integer.
- ``patterns``: Statistics and patterns of the primes of an interval.
- ``ranges``: The primes of a closed interval.
- ``progressions``: Primes in arithmetic progression.
- ``rate_limit``: The caller's budget.
- ``service``: The service itself: its version and the limits in force.
"""
