"""The limits in force, as plain numbers that every layer is given at start."""

from dataclasses import dataclass

# A point is 100 microseconds of one core.
SECONDS_PER_POINT = 1e-4
# The greatest integer up to which JavaScript holds every one exactly.
MAX_SAFE_INTEGER = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask for.

    ``max_request_cost`` is in points of 100 microseconds of one core.
    """

    max_request_cost: int = 20_000
    max_digits: int = 4_096
    max_page_size: int = 100_000
    max_batch_size: int = 10_000
    max_request_bytes: int = 1_048_576
    deadline_milliseconds: int = 5_000

    @property
    def deadline_seconds(self) -> float:
        """The time from a request's arrival to its answer."""
        return self.deadline_milliseconds / 1_000
