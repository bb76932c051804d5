"""The settings: one frozen dataclass, read once from ``PRIMEQL_*``."""

import dataclasses
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

from middleware.limits.client_address import Network, read_networks
from primeql.cgroup import ControlGroup
from resolvers.errors import MAX_ECHO
from resolvers.limits import Limits

PREFIX = "PRIMEQL_"
# PRIMEQL_REDIS_URL_FILE names a file whose content is PRIMEQL_REDIS_URL.
FILE_SUFFIX = "_FILE"
MAX_INTEGER_CHARACTERS = 20
# The value for a pace that is measured, at start and when the service is idle.
AUTOMATIC_PACE = "auto"
_DEFAULT_LIMITS = Limits()


class SettingsError(Exception):
    """A setting is unknown or cannot be read; the message names it."""


def _available_cores() -> int:
    """Return how many whole cores this process may use: at least one."""
    return max(1, math.floor(min(len(os.sched_getaffinity(0)), ControlGroup().cpus())))


def _setting(default: Any, read: Callable[[str], Any], help_text: str) -> Any:
    """Declare a setting. ``read`` converts its text; its ValueError says what the text must be."""
    return dataclasses.field(default=default, metadata={"read": read, "help": help_text})


def _secret(default: str, read: Callable[[str], str], help_text: str) -> Any:
    """Declare a secret setting: it is never shown, and its value may be in a file."""
    metadata = {"read": read, "help": help_text, "is_secret": True}
    return dataclasses.field(default=default, repr=False, metadata=metadata)


def _integer(default: int, low: int, high: int, help_text: str) -> Any:
    """Declare an integer setting within [low, high]."""

    def read(text: str) -> int:
        is_number = text.isascii() and text.isdigit() and len(text) <= MAX_INTEGER_CHARACTERS
        if not (is_number and low <= int(text) <= high):
            raise ValueError(f"an integer from {low} to {high}")
        return int(text)

    return _setting(default, read, help_text)


def _flag(default: bool, help_text: str) -> Any:
    """Declare a setting that is true or false."""

    def read(text: str) -> bool:
        if text not in ("true", "false"):
            raise ValueError("true or false")
        return text == "true"

    return _setting(default, read, help_text)


def _choice(default: str, choices: tuple[str, ...], help_text: str) -> Any:
    """Declare a setting that is one of a few words."""

    def read(text: str) -> str:
        if text not in choices:
            raise ValueError(f"one of {', '.join(choices)}")
        return text

    return _setting(default, read, help_text)


def _read_origins(text: str) -> tuple[str, ...]:
    """Return origins separated by commas."""
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    for origin in origins:
        scheme, _, host = origin.partition("://")
        is_exact = scheme in ("http", "https") and bool(host) and not set(host) & set("/*")
        if origin != "*" and not is_exact:
            raise ValueError("origins such as https://app.example.org, separated by commas, or *")
    return origins


def _read_execution(text: str) -> str:
    """Return the executor: plan or stock."""
    if text not in ("plan", "stock"):
        raise ValueError("plan or stock")
    return text


def _read_pace(text: str) -> str:
    """Return the pace as text: a number, or auto."""
    try:
        is_pace = text == AUTOMATIC_PACE or 0.01 <= float(text) <= 100
    except ValueError:
        is_pace = False
    if not is_pace:
        raise ValueError("auto, or a number from 0.01 to 100")
    return text


def _read_redis_url(text: str) -> str:
    """Return the address of a Redis, or an empty text."""
    if text and not text.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("an address such as redis://host:6379/0")
    return text


def _read_answers_key(text: str) -> str:
    """Return a key of at least 32 characters, or an empty text."""
    is_key = 32 <= len(text) <= 256 and text.isascii() and text.isprintable()
    if text and not is_key:
        raise ValueError("32 to 256 printable ASCII characters, such as openssl rand -hex 32 makes")
    return text


def is_secret(field: "dataclasses.Field[Any]") -> bool:
    """Return whether the value of a setting must not be shown."""
    return bool(field.metadata.get("is_secret"))


def _with_secrets_from_files(
    environ: Mapping[str, str], fields: "Mapping[str, dataclasses.Field[Any]]"
) -> dict[str, str]:
    """Return ``environ`` with the content of secret files in place of their names.

    Raises:
        SettingsError: A file cannot be read, or both the secret and its file are set.
    """
    given = dict(environ)
    for name in filter(lambda name: is_secret(fields[name]), fields):
        path = given.pop(name + FILE_SUFFIX, None)
        if path is None:
            continue
        if name in given:
            raise SettingsError(f"{name} and {name}{FILE_SUFFIX} are both set; one must go")
        try:
            given[name] = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{name}{FILE_SUFFIX} cannot be read: {error}") from None
    return given


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """All settings of the service. The variable of ``max_digits`` is ``PRIMEQL_MAX_DIGITS``."""

    host: str = _setting("127.0.0.1", str, "Address to listen on.")
    port: int = _integer(8_000, 0, 65_535, "Port to listen on; 0 takes a free one.")
    workers: int = _integer(
        0,
        0,
        256,
        "Worker processes, and threads, for computing; 0 means one per core of the CPU limit.",
    )
    max_waiting: int = _integer(
        20_000, 1, 1_000_000, "Computations that may wait; one more is refused as OVERLOADED."
    )
    max_tokens: int = _integer(
        60_000, 100, 10_000_000, "Lexical tokens of a document; 5,000 aliases have 55,000."
    )
    max_depth: int = _integer(20, 1, 1_000, "Levels of fields below each other in a document.")
    max_digits: int = _integer(
        _DEFAULT_LIMITS.max_digits, 20, 4_096, "Decimal digits of an integer argument."
    )
    max_page_size: int = _integer(
        _DEFAULT_LIMITS.max_page_size, 1, 10_000_000, "Entries of one page."
    )
    max_batch_size: int = _integer(
        _DEFAULT_LIMITS.max_batch_size, 1, 1_000_000, "Integers of one batch argument."
    )
    max_operations: int = _integer(50, 1, 1_000, "Operations of one batched request.")
    max_request_bytes: int = _integer(
        _DEFAULT_LIMITS.max_request_bytes,
        1_024,
        1 << 30,
        "Bytes of a request's body, as sent and unpacked.",
    )
    deadline_milliseconds: int = _integer(
        _DEFAULT_LIMITS.deadline_milliseconds,
        10,
        600_000,
        "Time from a request's arrival until what is not answered is given up.",
    )
    body_timeout_milliseconds: int = _integer(
        10_000, 10, 600_000, "Time for a request's body to arrive."
    )
    introspection: bool = _flag(
        True, "Whether clients may read the schema, and are told names close to a misspelt one."
    )
    persisted_documents: str = _setting(
        "", str, "Path of a manifest of persisted documents; empty for none."
    )
    only_persisted: bool = _flag(False, "Whether documents outside the manifest are refused.")
    max_persisted_bytes: int = _integer(
        16 << 20,
        0,
        1 << 30,
        "Memory for documents that clients register, without Redis; one client fills an eighth.",
    )
    max_document_cache_bytes: int = _integer(
        64 << 20, 0, 1 << 32, "Memory for documents that were parsed and validated."
    )
    max_answer_memory_bytes: int = _integer(
        64 << 20, 0, 1 << 36, "Memory for expensive answers that are kept to be given again."
    )
    answer_lifetime_seconds: int = _integer(
        2_592_000, 1, 315_360_000, "How long Redis keeps expensive answers."
    )
    execution: str = _setting(
        "plan",
        _read_execution,
        "How documents run: plan, or stock for graphql-core's executor throughout.",
    )
    max_response_memory_bytes: int = _integer(
        256 << 20,
        1 << 20,
        1 << 40,
        "Memory for the responses being made, as predicted; one more is refused as OVERLOADED.",
    )
    max_client_memory_percent: int = _integer(
        50,
        1,
        100,
        "Percent of that memory for the responses to one client; more is refused as RATE_LIMITED.",
    )
    redis_url: str = _secret(
        "",
        _read_redis_url,
        "Redis for what processes share, redis:// or rediss://; empty for none.",
    )
    answers_key: str = _secret(
        "",
        _read_answers_key,
        "Key that seals the answers in Redis, of 32 to 256 printable characters; without one,"
        " whoever can write to Redis can forge answers.",
    )
    budget_redis_url: str = _secret(
        "",
        _read_redis_url,
        "Redis for clients' budgets, which must never be evicted; empty for that of all else.",
    )
    tiers_file: str = _setting(
        "", str, "Path of a TOML or JSON file of the clients' tiers; empty for the built-in ones."
    )
    api_keys_file: str = _setting(
        "", str, "Path of the file of API keys that primeql keys writes; empty for none."
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        (), read_networks, "Networks whose X-Forwarded-For is believed, separated by commas."
    )
    cors_origins: tuple[str, ...] = _setting(
        (), _read_origins, "Origins whose pages may ask, separated by commas; * for all."
    )
    hsts_seconds: int = _integer(
        31_536_000, 0, 63_072_000, "How long browsers must keep to HTTPS; 0 for no such header."
    )
    metrics_host: str = _setting("127.0.0.1", str, "Address that /metrics listens on.")
    metrics_port: int = _integer(
        9_464,
        0,
        65_535,
        "Port of /metrics; 0 takes a free one, that of PRIMEQL_PORT puts it beside the service.",
    )
    pace: str = _setting(
        AUTOMATIC_PACE,
        _read_pace,
        "CPU time of work here against the reference machine; auto measures it.",
    )
    traces: bool = _flag(
        False,
        "Whether spans are sent to OTEL_EXPORTER_OTLP_ENDPOINT; needs the extra tracing.",
    )
    max_hang_seconds: int = _integer(
        0,
        0,
        3_600,
        "After so long without a turn of its event loop the process ends, to be started anew; 0 for"
        " never. The image has 30.",
    )
    log_level: str = _choice(
        "info", ("debug", "info", "warning", "error"), "From which level on to log."
    )
    log_format: str = _choice(
        "auto", ("auto", "json", "text"), "How to log; auto is text on a terminal, else JSON."
    )

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings in ``environ``; a missing one has its default.

        Raises:
            SettingsError: A ``PRIMEQL_*`` variable is unknown or cannot be read.
        """
        fields = {PREFIX + field.name.upper(): field for field in dataclasses.fields(cls)}
        values: dict[str, Any] = {}
        for name, text in _with_secrets_from_files(environ, fields).items():
            if not name.startswith(PREFIX):
                continue
            if name not in fields:
                raise SettingsError(
                    f"{name} is not a setting; the settings are {', '.join(fields)}"
                )
            try:
                values[fields[name].name] = fields[name].metadata["read"](text)
            except ValueError as error:
                shown = "secret" if is_secret(fields[name]) else repr(text[:MAX_ECHO])
                raise SettingsError(f"{name} is {shown}; it must be {error}") from None
        settings = cls(**values)
        if settings.only_persisted and not settings.persisted_documents:
            raise SettingsError(
                "PRIMEQL_ONLY_PERSISTED is true: PRIMEQL_PERSISTED_DOCUMENTS must name a manifest"
            )
        return settings

    @property
    def worker_count(self) -> int:
        """The number of worker processes to start."""
        return self.workers or _available_cores()

    @property
    def limits(self) -> Limits:
        """The limits of requests; the largest cost is set by the client's tier instead."""
        names = {field.name for field in dataclasses.fields(Limits)} - {"max_request_cost"}
        return Limits(**{name: getattr(self, name) for name in names})
