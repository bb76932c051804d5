"""Tests of engine/intervals."""
