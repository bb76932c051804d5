"""From a result to bytes of JSON."""

from typing import Any

import orjson


def encode(response: Any) -> bytes:
    """Return ``response`` as JSON in UTF-8.

    Integers above 64 bits are strings by then, as BigInt demands.
    """
    return orjson.dumps(response)
