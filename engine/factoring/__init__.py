"""What divides an integer: factors, divisors and what follows from them.

Modules, in reading order:

- ``special_factors``: Composites of special forms, which are split in microseconds.
- ``splitting``: Parts of one composite: by trial division, by elliptic curves, or all of them.
- ``factoring``: The factorization of one integer, at once or in stages that keep what they found.
- ``small_factors``: Which powers of small primes divide many integers, counted over all of them
  at once.
- ``arithmetic``: The arithmetic functions of one integer, from its complete factorization.
- ``divisors``: The positive divisors of one integer, ascending, by page.
- ``sanity_checks``: Cheap checks of answers that come from elsewhere: whether they can be right.
"""
