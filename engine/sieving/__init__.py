"""Find the primes of an interval by sieving.

A wheel of modulus m keeps only the residues coprime to m. Each residue r has a row; element k of
that row stands for m * k + r. A segment is a range of k, sieved in all rows. For modulus 30, the
segment of k = 0 to 3, with the multiples of 7 struck (in brackets)::

    element k           0      1      2      3
    row 0, residue  1   1     31     61    [91]
    row 1, residue  7  [7]    37     67     97
    row 2, residue 11  11     41     71    101
    row 3, residue 13  13     43     73    103
    row 4, residue 17  17     47    [77]   107
    row 5, residue 19  19    [49]    79    109
    row 6, residue 23  23     53     83    113
    row 7, residue 29  29     59     89   [119]
    packed row 0       253    223    239    126

While a row is sieved, each element is one byte: 1 for a candidate, 0 if it is struck. To count or
list primes in order, eight rows are packed into one: bit i of byte k is element k of row i. Byte 1
is 223 = 0b11011111: of 31, 37, 41, 43, 47, 49, 53 and 59, only 49, bit 5, is struck. Read byte by
byte, from bit 0 up, the bits ascend by value. The same as a computation:

>>> import numpy as np
>>> from engine.sieving.row_sieve import WheelSieve
>>> from engine.sieving.wheel import Wheel
>>> from engine.stop import Stop
>>> sieve = WheelSieve(Wheel(30, (7,)), np.array([2, 3, 5, 7], dtype=np.uint32), size=4)
>>> rows = [row.astype(int).tolist() for _, row in sieve.rows(0, 4, Stop())]
>>> rows[5]  # 19, 49, 79, 109
[1, 0, 1, 1]
>>> sum((row.copy() for _, row in sieve.bit_rows(0, 4, Stop())), np.zeros(4, np.uint8)).tolist()
[253, 223, 239, 126]

A small prime strikes so often that it is presieved: a new row starts as a copy of a pattern without
the multiples of 7 to 23, and packed rows are ANDed with patterns for primes up to 251.

Modules, in reading order:

- ``wheel``: Wheels: the residues coprime to a small modulus, each with one row of integers to
  sieve.
- ``presieve``: Presieves packed rows: strikes the multiples of small primes in eight rows of a
  wheel at once.
- ``small_primes``: The table of small primes, sieved once at start and shared by all of the
  engine.
- ``base_primes``: Base primes: the primes up to the square root of an interval's end; the table
  grows on demand.
- ``row_sieve``: Kernels that sieve one segment: they strike the multiples of base primes in each
  row of a wheel.
- ``sieve``: Lists, counts or sums the primes of one interval by sieving it with all base primes.
- ``partial_sieve``: Finds primes in a short interval of large numbers: a partial sieve, then
  primality tests.
- ``sieve_costs``: Predicts the CPU time of sieving, to choose the cheapest strategy and to price
  a query.
- ``sieve_plan``: Plans how to find the primes of an interval: in pieces, each by the cheapest
  strategy.
- ``segment_cache``: Caches whole segments of primes in intervals that are queried often.
- ``sieve_pages``: Finds the first or last primes of an interval, at a cost that depends on their
  number only.
"""
