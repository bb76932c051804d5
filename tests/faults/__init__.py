"""Faults against real processes: killed, paused, filled and slowed."""
