"""Tests of resolvers/questions."""
