"""Tests of middleware/cost."""
