"""Tests of the resolvers package."""
