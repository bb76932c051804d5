"""Tests of execution/output."""
