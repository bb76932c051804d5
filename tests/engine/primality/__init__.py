"""Tests of engine/primality."""
