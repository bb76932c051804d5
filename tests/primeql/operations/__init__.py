"""Tests of primeql/operations."""
