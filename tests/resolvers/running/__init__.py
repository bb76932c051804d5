"""Tests of resolvers/running."""
