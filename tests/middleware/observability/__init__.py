"""Tests of middleware/observability."""
