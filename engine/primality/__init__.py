"""Test whether integers are prime, and find the primes next to an integer.

Modules, in reading order:

- ``primality``: Tests whether one integer is prime: proven prime, probable prime, or composite
  with a witness.
- ``batch_primality``: Tests whether each of many integers is prime.
- ``word_primality``: Primality verdicts on many integers below 2**64, without witnesses.
- ``neighbours``: Finds the primes next to an integer.
- ``progressions``: Finds the run of primes at the start of an arithmetic progression.
"""
