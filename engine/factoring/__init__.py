"""Factor integers, and compute divisors and arithmetic functions from the factors.

Modules, in reading order:

- ``special_factors``: Splits composites of special forms in microseconds.
- ``splitting``: Splits one composite: by trial division, by elliptic curves, or completely.
- ``factoring``: Factors one integer, at once or in stages; each stage keeps the factors found
  before.
- ``small_factors``: Finds the powers of small primes that divide many integers, for all of them
  at once.
- ``arithmetic``: Computes the arithmetic functions of one integer from its complete
  factorization.
- ``divisors``: Lists the positive divisors of one integer, ascending, page by page.
- ``sanity_checks``: Checks whether an answer from a cache can be right, at a small part of the
  cost of computing it.
"""
