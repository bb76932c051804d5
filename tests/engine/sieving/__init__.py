"""Tests of engine/sieving."""
