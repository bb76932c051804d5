"""Tests of execution/documents."""
