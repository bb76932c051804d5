"""Find the primes of an interval by sieving.

Modules, in reading order:

- ``wheel``: The residues that sieving needs to look at: integers coprime to a small modulus, row
  by row.
- ``presieve``: Eight rows of a wheel in one byte a place: small primes are struck in all eight at
  once.
- ``small_primes``: The table of all small primes, made once and read by everything else.
- ``base_primes``: The primes up to the square root of whatever is sieved, kept and grown when
  first needed.
- ``row_sieve``: Kernels that sieve one segment: the rows of a wheel, with the multiples of primes
  struck.
- ``sieve``: Primes of one interval by sieving it with all base primes: listed, counted or summed.
- ``partial_sieve``: Primes of a short interval high up: sieve by few base primes, then test what
  is left.
- ``sieve_costs``: Predicted CPU time of sieving: to take the cheapest way, and to know the price
  before.
- ``sieve_plan``: How to get the primes of an interval: cut it into pieces, each done in the
  cheapest way.
- ``segment_cache``: Segments of primes far out that are kept where enough has been asked about.
- ``sieve_pages``: The first or the last few primes of an interval, at a cost that depends on how
  many.
"""
