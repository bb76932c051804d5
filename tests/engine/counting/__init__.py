"""Tests of engine/counting."""
