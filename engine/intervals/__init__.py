"""What is true about the primes of a closed interval.

Modules, in reading order:

- ``prime_ranges``: Primes over closed intervals: the one object that other packages hold.
- ``prime_blocks``: The primes of an interval in blocks that fit the cache, for statistics over
  them.
- ``gaps``: Statistics of the gaps between consecutive primes of an interval.
- ``histogram``: Primes of an interval counted in equal, adjacent parts.
- ``residues``: Primes of an interval counted by residue class.
- ``constellation_patterns``: Offset patterns of prime constellations: which are possible, and how
  frequent they are.
- ``constellations``: Prime constellations: every prime p of an interval such that p + o is prime
  for each offset o.
"""
