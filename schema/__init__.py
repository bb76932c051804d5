"""What the client sees: the Strawberry schema."""
