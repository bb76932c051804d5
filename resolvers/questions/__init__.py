"""What can be asked, by subject.

Modules, in reading order:

- ``narrowing``: How far to narrow a question that would take too long.
- ``classes``: The named classes of primes, as far as other layers need to know them.
- ``counting``: Questions about the sequence of all primes: pi(x), the n-th prime, progressions.
- ``integers``: Questions about one integer; what several fields of a request need is computed
  once.
- ``integer_columns``: One question asked of many integers at once: words by one engine call, the
  others one by one.
- ``integer_lists``: Questions about many integers at once.
- ``patterns``: Statistics and patterns of the primes of one interval.
- ``ranges``: Questions about the primes of one closed interval [low, high].
"""
