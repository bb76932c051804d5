"""Is an integer prime, and where are the primes next to it?

Modules, in reading order:

- ``primality``: Whether one integer is prime: proven, probable, or composite with a witness.
- ``batch_primality``: Whether each of many integers is prime.
- ``word_primality``: What is known about the primality of many integers below 2**64, but for
  their witnesses.
- ``neighbours``: The primes next to an integer.
- ``progressions``: The run of primes at the start of an arithmetic progression.
"""
