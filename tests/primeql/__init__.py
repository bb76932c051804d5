"""Tests of the primeql package."""
