"""Tests of resolvers/pricing."""
