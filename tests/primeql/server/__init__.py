"""Tests of primeql/server."""
