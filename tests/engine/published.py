"""Published values that several tests hold the engine to."""

import json
from pathlib import Path

TABLES = Path(__file__).parents[1] / "data" / "pi_nth_and_sums.json"


def published(table: str) -> list[int]:
    """Return the values of one table; their source stands beside them in the file."""
    values: list[int] = json.loads(TABLES.read_text())[table]["values"]
    return values
