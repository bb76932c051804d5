"""The questions a caller may ask: where they run, by when, and at which limits."""
