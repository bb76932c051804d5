"""Tests of the examples: clients as their users would run them, against a real server."""
