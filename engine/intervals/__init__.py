"""List, count and analyse the primes of a closed interval.

Modules, in reading order:

- ``prime_ranges``: Lists, counts and sums the primes of closed intervals: the entry point for
  other packages.
- ``prime_blocks``: Yields the primes of an interval in blocks that fit the CPU cache, for
  statistics over them.
- ``gaps``: Computes statistics of the gaps between consecutive primes of an interval.
- ``histogram``: Counts the primes in adjacent parts of equal width of an interval.
- ``residues``: Counts the primes of an interval by residue class.
- ``constellation_patterns``: Patterns of offsets of prime constellations: which are admissible,
  and how frequent they are.
- ``constellations``: Finds prime constellations: primes p of an interval such that p + o is prime
  for each offset.
"""
