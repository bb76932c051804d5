"""Tests of primeql/commands."""
