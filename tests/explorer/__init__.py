"""Tests of the page in the browser: its routes, and itself in a real one."""
