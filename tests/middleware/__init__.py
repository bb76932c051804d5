"""Tests of the middleware package."""
