"""Wiring and start of the service: settings, the application, the command line."""

__version__ = "0.1.0"
