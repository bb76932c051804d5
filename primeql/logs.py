"""The log: one JSON object a line, or readable text on a terminal, all on standard error.

Nothing that clients sent is in it: the access log has fields of its own choosing, and exceptions
are told without their messages, which may repeat an argument, unless the level is ``debug``.
"""

import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import orjson
import structlog
from structlog.typing import ExcInfo, FilteringBoundLogger, Processor

from primeql.settings import Settings

LEVELS: Final = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
ACCESS_LOGGER: Final = "primeql.access"
MAX_CAUSES: Final = 5

_Event = MutableMapping[str, Any]


def configure_logging(settings: Settings) -> None:
    """Send everything that any library logs to standard error, in the format of the settings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _add_level],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _show_exception if settings.log_level == "debug" else _mask_exception,
                *_renderers(settings, as_text=True),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(LEVELS[settings.log_level])


def access_logger(settings: Settings, file: BinaryIO | None = None) -> FilteringBoundLogger:
    """Return what writes the lines of requests; made once, so that each costs little.

    Args:
        settings: Of format and level.
        file: Where to; standard error if None.
    """
    logger: FilteringBoundLogger = structlog.wrap_logger(
        structlog.BytesLogger(file or sys.stderr.buffer),
        processors=[_add_access_level, *_renderers(settings, as_text=False)],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[settings.log_level]),
        cache_logger_on_first_use=True,
    )
    # Bound here, or every line would bind anew.
    return logger.bind()


def is_readable(settings: Settings) -> bool:
    """Return whether the log is text for people: as set, or because a terminal shows it."""
    if settings.log_format == "auto":
        return sys.stderr.isatty()
    return settings.log_format == "text"


def _renderers(settings: Settings, as_text: bool) -> list[Processor]:
    """Return the processors that make a line of an event."""
    if not is_readable(settings):
        return [_render_text if as_text else _render_bytes]
    console = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    stamp = structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=False)

    def encode(_logger: Any, _method: str, line: Any) -> bytes:
        return str(line).encode()

    return [_lower_level, stamp, console] if as_text else [_lower_level, stamp, console, encode]


def _add_level(_logger: Any, method: str, event: _Event) -> _Event:
    """Add the level, as the standard library calls it."""
    record: logging.LogRecord | None = event.get("_record")
    event["level"] = method.upper() if record is None else record.levelname
    return event


def _add_access_level(_logger: Any, method: str, event: _Event) -> _Event:
    """Add the level and the name of the access log."""
    event["level"] = method.upper()
    event["logger"] = ACCESS_LOGGER
    return event


def _lower_level(_logger: Any, _method: str, event: _Event) -> _Event:
    """Give the level the case that the console has colours for."""
    event["level"] = event["level"].lower()
    return event


def _render_bytes(_logger: Any, _method: str, event: _Event) -> bytes:
    """Return an event as JSON: when, how grave, who, what, and the rest."""
    line = {
        "ts": datetime.now(UTC),
        "level": event.pop("level"),
        "logger": event.pop("logger"),
        "msg": event.pop("event"),
        **event,
    }
    return orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z)


def _render_text(logger: Any, method: str, event: _Event) -> str:
    """Return an event as JSON in text."""
    return _render_bytes(logger, method, event).decode()


def _show_exception(_logger: Any, _method: str, event: _Event) -> _Event:
    """Replace an exception by its whole traceback."""
    error = _exception(event.pop("exc_info", None))
    if error is not None:
        event["exception"] = "".join(traceback.format_exception(error))
    return event


def _mask_exception(_logger: Any, _method: str, event: _Event) -> _Event:
    """Replace an exception by where it was raised and its type, without its message."""
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
