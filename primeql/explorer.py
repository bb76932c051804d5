"""Serves the page in the browser at ``/``: GraphiQL, from files built beforehand."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from primeql.endpoint.http_caching import is_named

CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        # The editor's style sheet uses data: images for wavy underlines.
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
COMMON_HEADERS: Final[Mapping[str, str]] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
NOT_BUILT: Final = (
    "The explorer page is not built: run `make explorer` (needs Node 20 or later). "
    "The API itself answers at /graphql.\n"
)
# Listed here, because the tables of media types in small container images lack fonts.
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# Content coding and the suffix of the file that holds it, smallest first.
PRECOMPRESSED: Final[Mapping[str, str]] = {"br": ".br", "gzip": ".gz"}
ASSET_NAME: Final = re.compile(r"[\w.-]{1,100}", re.ASCII)


def explorer_routes(static_directory: Path) -> list[BaseRoute]:
    """Return the routes of the page at ``/``, of its assets and of its icon.

    Args:
        static_directory: The output of the build in ``explorer/``. Every request reads it, so a
            new build is served at once.
    """

    # Not async: Starlette calls these functions in a thread, not on the event loop.
    def page(request: Request) -> Response:
        return _page(request, static_directory / "index.html")

    def asset(request: Request) -> Response:
        return _asset(request, static_directory / "assets")

    def icon(_request: Request) -> Response:
        return _icon(static_directory / "favicon.svg")

    return [
        Route("/", page),
        Route("/explorer/assets/{name}", asset),
        Route("/favicon.ico", icon),
    ]


def _page(request: Request, index: Path) -> Response:
    try:
        content = index.read_bytes()
    except FileNotFoundError:
        return PlainTextResponse(NOT_BUILT, headers={**COMMON_HEADERS, "Cache-Control": "no-store"})
    # A hash of the content, not of time and size: hashed names keep the size, and container images
    # often have one time for all files.
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {
        **COMMON_HEADERS,
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cache-Control": "no-cache",
        "ETag": etag,
    }
    wanted = request.headers.get("if-none-match")
    if wanted == "*" or is_named(etag, wanted):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/html", headers=headers)


def _asset(request: Request, directory: Path) -> Response:
    name: str = request.path_params["name"]
    media_type = MEDIA_TYPES.get(Path(name).suffix)
    if not ASSET_NAME.fullmatch(name) or media_type is None:
        raise HTTPException(status_code=404)
    accepted = _accepted_codings(request.headers.get("accept-encoding", ""))
    headers = {
        **COMMON_HEADERS,
        # The name contains the hash of the content, so the content never changes.
        "Cache-Control": "public, max-age=31536000, immutable",
        "Vary": "Accept-Encoding",
    }
    path = directory / name
    for coding, suffix in PRECOMPRESSED.items():
        compressed = directory / (name + suffix)
        if coding in accepted and compressed.is_file():
            path, headers["Content-Encoding"] = compressed, coding
            break
    if not path.is_file():
        raise HTTPException(status_code=404)
    return FileResponse(path, media_type=media_type, headers=headers)


def _icon(icon: Path) -> Response:
    if not icon.is_file():
        return Response(status_code=204, headers=COMMON_HEADERS)
    headers = {**COMMON_HEADERS, "Cache-Control": "public, max-age=86400"}
    return FileResponse(icon, media_type="image/svg+xml", headers=headers)


def _accepted_codings(accept_encoding: str) -> set[str]:
    """Return the codings in ``Accept-Encoding`` whose weight is not 0."""
    accepted = set()
    for item in accept_encoding.lower().replace(" ", "").split(","):
        coding, _, weight = item.partition(";q=")
        if weight.rstrip("0.") or not weight:
            accepted.add(coding)
    return accepted
