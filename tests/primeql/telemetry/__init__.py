"""Tests of primeql/telemetry."""
