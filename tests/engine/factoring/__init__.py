"""Tests of engine/factoring."""
