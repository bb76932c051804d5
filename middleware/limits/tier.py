"""What a client may spend: the tiers, and those of a service that names none of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

ANONYMOUS: Final = "anonymous"


@dataclass(frozen=True, slots=True)
class Tier:
    """The limits that clients of one kind share; each client has its own budget.

    ``points`` (100 microseconds of one core each) is the size of the bucket, ``restore_rate`` what
    flows back per second, ``max_request_cost`` the points of the largest single request.
    """

    name: str
    points: int
    restore_rate: float
    requests_per_minute: int
    concurrent_requests: int
    max_request_cost: int


# An anonymous client may use a tenth of a core for ever, and 6 seconds of it at once.
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
