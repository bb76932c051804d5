"""Tiers: the limits of groups of clients, and the built-in tiers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

ANONYMOUS: Final = "anonymous"


@dataclass(frozen=True, slots=True)
class Tier:
    """The limits of the clients of one tier; each client has its own budget.

    ``points`` is the size of the bucket; a point is 100 microseconds of one core. ``restore_rate``
    is the points restored each second. ``max_request_cost`` is the most points of one request.
    """

    name: str
    points: int
    restore_rate: float
    requests_per_minute: int
    concurrent_requests: int
    max_request_cost: int


# An anonymous client may use a tenth of a core permanently, and 6 seconds of a core at once.
DEFAULT_TIERS: Final[Mapping[str, Tier]] = MappingProxyType(
    {
        tier.name: tier
        for tier in (
            Tier(ANONYMOUS, 60_000, 1_000, 6_000, 100, 20_000),
            Tier("basic", 300_000, 5_000, 12_000, 200, 30_000),
            Tier("pro", 3_000_000, 50_000, 60_000, 1_000, 50_000),
        )
    }
)
