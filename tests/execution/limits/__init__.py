"""Tests of execution/limits."""
