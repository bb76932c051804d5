"""Configures the log: JSON lines, or readable text on a terminal, on standard error.

The log contains nothing that clients sent. The access log has a fixed set of fields. Exceptions are
logged without their messages, which may repeat an argument, unless the level is ``debug``.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, BinaryIO, Final, NamedTuple

import orjson
import structlog
from structlog.typing import ExcInfo, FilteringBoundLogger, Processor

from middleware.observability.access_log import Fields, Write
from primeql.settings import Settings

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
ACCESS_LOGGER: Final = "primeql.access"
MAX_CAUSES: Final = 5
# uvicorn's messages about invalid requests.
_CLIENTS_MISTAKES: Final = ("Invalid HTTP request", "Unsupported upgrade request")
_ACCESS_EVENT: Final = "request"
_LINE_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE

_Event = MutableMapping[str, Any]


def configure_logging(settings: Settings) -> None:
    """Send the logs of all libraries to standard error, in the format of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _add_level],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _show_exception if settings.log_level == "debug" else _mask_exception,
                *_renderers(settings),
            ],
        )
    )
    logging.getLogger("uvicorn.error").addFilter(_is_told)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(LEVELS[settings.log_level])


def _is_told(record: logging.LogRecord) -> bool:
    """Return whether to log uvicorn's record; messages about invalid requests are dropped."""
    if record.levelno == logging.WARNING and str(record.msg).startswith(_CLIENTS_MISTAKES):
        record.levelno, record.levelname = logging.INFO, "INFO"
    return logging.getLogger().isEnabledFor(record.levelno)


class AccessWriters(NamedTuple):
    """The functions that write access log lines, at the levels of requests and of probes."""

    info: Write
    debug: Write


def access_writers(settings: Settings, file: BinaryIO | None = None) -> AccessWriters:
    """Return the functions that write access log lines.

    Args:
        settings: The settings with format and level.
        file: The output; standard error if None.
    """
    file = file or sys.stderr.buffer
    made = _text_writers(settings, file) if is_readable(settings) else _json_writers(file)
    least = LEVELS[settings.log_level]
    return AccessWriters(
        made.info if least <= logging.INFO else _write_nothing,
        made.debug if least <= logging.DEBUG else _write_nothing,
    )


def _json_writers(file: BinaryIO) -> AccessWriters:
    """Return writers of JSON that bypass the logging library: 3 us a line instead of 7."""

    def write(fields: Fields, level: str) -> None:
        line = {
            "ts": datetime.now(UTC),
            "level": level,
            "logger": ACCESS_LOGGER,
            "msg": _ACCESS_EVENT,
            **fields,
        }
        file.write(orjson.dumps(line, default=str, option=_LINE_OPTIONS))
        file.flush()

    return AccessWriters(partial(write, level="INFO"), partial(write, level="DEBUG"))


def _text_writers(settings: Settings, file: BinaryIO) -> AccessWriters:
    """Return writers of readable text."""
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(file),
        processors=[_add_access_level, *_renderers(settings), _encode],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        cache_logger_on_first_use=True,
    )
    # Bound once, not for every line.
    bound = logger.bind()
    return AccessWriters(
        lambda fields: bound.info(_ACCESS_EVENT, **fields),
        lambda fields: bound.debug(_ACCESS_EVENT, **fields),
    )


def _write_nothing(_fields: Fields) -> None:
    """Write nothing: the level is below that of the settings."""


def is_readable(settings: Settings) -> bool:
    """Return whether the log is readable text: by the setting, or because it is a terminal."""
    if settings.log_format == "auto":
        return sys.stderr.isatty()
    return settings.log_format == "text"


def _renderers(settings: Settings) -> list[Processor]:
    """Return the processors that turn an event into a line."""
    if not is_readable(settings):
        return [_render_json]
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)
    return [_lower_level, stamp, console]


def _encode(_logger: Any, _method: str, line: Any) -> bytes:
    """Return a line as bytes, with a line break."""
    return str(line).encode()


def _add_level(_logger: Any, method: str, event: _Event) -> _Event:
    """Add the level by its name in the standard library."""
    record: logging.LogRecord | None = event.get("_record")
    event["level"] = method.upper() if record is None else record.levelname
    return event


def _add_access_level(_logger: Any, method: str, event: _Event) -> _Event:
    """Add the level and the name of the access log."""
    event["level"] = method.upper()
    event["logger"] = ACCESS_LOGGER
    return event


def _lower_level(_logger: Any, _method: str, event: _Event) -> _Event:
    """Write the level in lower case, as the console renderer's colours require."""
    event["level"] = event["level"].lower()
    return event


def _render_json(_logger: Any, _method: str, event: _Event) -> str:
    """Return an event as JSON: time, level, logger and message first."""
    line = {
        "ts": datetime.now(UTC),
        "level": event.pop("level"),
        "logger": event.pop("logger"),
        "msg": event.pop("event"),
        **event,
    }
    return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z).decode()


def _show_exception(_logger: Any, _method: str, event: _Event) -> _Event:
    """Replace an exception by its whole traceback."""
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "".join(traceback.format_exception(error))
    return event


def _mask_exception(_logger: Any, _method: str, event: _Event) -> _Event:
    """Replace an exception by its type and where it was raised, without its message."""
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "".join(_traceback(error))
    return event


def _exception(exc_info: ExcInfo | BaseException | bool | None) -> BaseException | None:
    """Return the exception of a log record."""
    if exc_info is True:
        return sys.exc_info()[1]
    if isinstance(exc_info, tuple):
        return exc_info[1]
    return exc_info if isinstance(exc_info, BaseException) else None


def _traceback(error: BaseException) -> Iterator[str]:
    """Yield the lines of an exception and its causes, without messages."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < MAX_CAUSES:
        chain.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    for one in reversed(chain):
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(one.__traceback__)
        yield f"{type(one).__qualname__}\n"
