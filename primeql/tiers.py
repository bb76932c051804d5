"""Reads the tiers of clients from a file."""

import json
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from middleware.limits.tier import ANONYMOUS, DEFAULT_TIERS, Tier
from primeql.settings import SettingsError

MAX_POINTS: Final = 10**12
MAX_RATE: Final = 10**9

_Reader = Callable[[Any], int | float]


def read_tiers(path: str) -> Mapping[str, Tier]:
    """Return the tiers of a TOML or JSON file by name; the built-in tiers if the path is empty.

    Raises:
        SettingsError: The file cannot be used; the message names it, the tier and the key.
    """
    if not path:
        return DEFAULT_TIERS
    try:
        content = _load(Path(path))
        tiers = {name: _tier(name, values) for name, values in content.items()}
        if ANONYMOUS not in tiers:
            raise ValueError(f"tier {ANONYMOUS} is missing")
    except (OSError, ValueError) as error:
        raise SettingsError(f"PRIMEQL_TIERS_FILE {path} cannot be used: {error}") from None
    return MappingProxyType(tiers)


def _load(path: Path) -> dict[str, Any]:
    """Return the object or tables of a file."""
    text = path.read_text()
    if path.suffix == ".toml":
        return tomllib.loads(text)
    if path.suffix != ".json":
        raise ValueError("its name must end in .toml or .json")
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("it must be an object of tiers")
    return content


def _tier(name: str, values: Any) -> Tier:
    """Return one tier."""
    if not isinstance(values, dict):
        raise ValueError(f"{name} must be a tier: {', '.join(_READERS)}")
    for key in values:
        if key not in _READERS:
            raise ValueError(f"tier {name}: {key} is not one of {', '.join(_READERS)}")
    read: dict[str, Any] = {}
    for key, reader in _READERS.items():
        if key not in values:
            raise ValueError(f"tier {name}: {key} is missing")
        try:
            read[key] = reader(values[key])
        except ValueError as error:
            raise ValueError(f"tier {name}: {key} is {values[key]!r}; it must be {error}") from None
    tier = Tier(name, **read)
    if tier.max_request_cost > tier.points:
        raise ValueError(
            f"tier {name}: max_request_cost is {tier.max_request_cost}; "
            f"it must be at most points, {tier.points}"
        )
    return tier


def _integer(high: int) -> _Reader:
    """Return a reader of integers within [1, high]."""

    def read(value: Any) -> int:
        if type(value) is not int or not 1 <= value <= high:
            raise ValueError(f"an integer from 1 to {high}")
        return value

    return read


def _rate(value: Any) -> float:
    """Read a number of points per second."""
    if type(value) not in (int, float) or not math.isfinite(value) or not 0 < value <= MAX_RATE:
        raise ValueError(f"a number above 0, at most {MAX_RATE}")
    return float(value)


_READERS: Final[Mapping[str, _Reader]] = MappingProxyType(
    {
        "points": _integer(MAX_POINTS),
        "restore_rate": _rate,
        "requests_per_minute": _integer(10**9),
        "concurrent_requests": _integer(10**6),
        "max_request_cost": _integer(MAX_POINTS),
    }
)
