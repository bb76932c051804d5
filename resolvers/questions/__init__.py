"""What can be asked, by subject.

Modules, in reading order:

- ``narrowing``: How far to narrow a question that would take too long.
- ``classes``: The named classes of primes, as far as other layers need to know them.
- ``answer_checks``: How an answer that is read from the memory of answers is checked, as far as
  that is cheap.
- ``question``: What a question is: all that the service needs to know of it follows from its
  declaration.
- ``counting``: Questions about the sequence of all primes: pi(x), the n-th prime, progressions.
- ``integer_columns``: One question asked of many integers at once: words by one engine call, the
  others one by one.
- ``integers``: The questions about one integer.
- ``integer_answers``: What one request asks of one integer, and the questions that need its
  factorization.
- ``integer_lists``: Questions about many integers at once.
- ``patterns``: Statistics and patterns of the primes of one interval.
- ``ranges``: Questions about the primes of one closed interval [low, high].
"""
