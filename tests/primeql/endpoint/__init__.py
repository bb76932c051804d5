"""Tests of primeql/endpoint."""
