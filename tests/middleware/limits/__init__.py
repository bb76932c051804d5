"""Tests of middleware/limits."""
