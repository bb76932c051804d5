"""The settings: one frozen dataclass, read once from ``PRIMEQL_*``."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, Self

from resolvers.limits import Limits

PREFIX = "PRIMEQL_"
_DEFAULT_LIMITS = Limits()


class SettingsError(Exception):
    """A setting that is unknown or can not be read; the message names it."""


def _available_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0))


def _integer(default: int, low: int, high: int, help_text: str) -> Any:
    """Declare an integer setting within [low, high]."""
    return dataclasses.field(
        default=default, metadata={"low": low, "high": high, "help": help_text}
    )


def _text(default: str, help_text: str) -> Any:
    """Declare a setting of free text."""
    return dataclasses.field(default=default, metadata={"help": help_text})


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Every knob of the service; the variable of ``max_digits`` is ``PRIMEQL_MAX_DIGITS``."""

    host: str = _text("127.0.0.1", "Address to listen on.")
    port: int = _integer(8_000, 0, 65_535, "Port to listen on; 0 takes a free one.")
    workers: int = _integer(
        0, 0, 256, "Worker processes, and threads, for computing; 0 means one per core."
    )
    max_waiting: int = _integer(
        20_000, 1, 1_000_000, "Computations that may wait; one more is refused as OVERLOADED."
    )
    max_tokens: int = _integer(200_000, 100, 10_000_000, "Lexical tokens of a document.")
    max_request_cost: int = _integer(
        _DEFAULT_LIMITS.max_request_cost,
        1,
        10_000_000,
        "Points (100 microseconds of one core) that one field may cost.",
    )
    max_digits: int = _integer(
        _DEFAULT_LIMITS.max_digits, 20, 4_096, "Decimal digits of an integer argument."
    )
    max_page_size: int = _integer(
        _DEFAULT_LIMITS.max_page_size, 1, 10_000_000, "Entries of one page."
    )
    max_batch_size: int = _integer(
        _DEFAULT_LIMITS.max_batch_size, 1, 1_000_000, "Integers of one batch argument."
    )
    max_request_bytes: int = _integer(
        _DEFAULT_LIMITS.max_request_bytes, 1_024, 1 << 30, "Bytes of a request's body."
    )
    deadline_milliseconds: int = _integer(
        _DEFAULT_LIMITS.deadline_milliseconds,
        10,
        600_000,
        "Time from a request's arrival until what is not answered is given up.",
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings in ``environ``, defaults for what it leaves out.

        Raises:
            SettingsError: A ``PRIMEQL_*`` variable is unknown or can not be read.
        """
        fields = {PREFIX + field.name.upper(): field for field in dataclasses.fields(cls)}
        given = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
        for name in given:
            if name not in fields:
                raise SettingsError(
                    f"{name} is not a setting; the settings are {', '.join(fields)}"
                )
        values: dict[str, Any] = {
            fields[name].name: _read(name, fields[name], text) for name, text in given.items()
        }
        return cls(**values)

    @property
    def worker_count(self) -> int:
        """The worker processes to start."""
        return self.workers or _available_cores()

    @property
    def limits(self) -> Limits:
        """What the settings say a request may ask for."""
        return Limits(
            **{field.name: getattr(self, field.name) for field in dataclasses.fields(Limits)}
        )


def _read(name: str, field: dataclasses.Field[Any], text: str) -> int | str:
    """Return the value of one variable."""
    if field.type is str:
        return text
    low, high = field.metadata["low"], field.metadata["high"]
    problem = SettingsError(f"{name} is {text!r}; it must be an integer from {low} to {high}")
    if not text.isascii() or not text.isdigit():
        raise problem
    value = int(text)
    if not low <= value <= high:
        raise problem
    return value
