"""What is true of every request: pure ASGI middleware and error answers."""
