"""Tests of resolvers/remembering."""
