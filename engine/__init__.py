"""What is true about integers and primes: exact mathematics over numpy, FLINT and GMP."""
