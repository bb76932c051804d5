"""Tests of schema/objects."""
