"""Tests of primeql/stores."""
