"""How a document becomes a result: from text to bytes."""
