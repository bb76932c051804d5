"""Tests of the protocol by its own audits, against a real server."""
