"""Detects cross-site request forgery: requests that a page of another site makes a browser send."""

from collections.abc import Collection

from starlette.requests import Request

# A request with one of these headers needs a CORS preflight. So a page of another site can send it
# only if CORS allows that.
PREFLIGHTED_HEADERS = (
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-require-preflight",
    "x-requested-with",
)


def is_forged(request: Request, allowed_origins: Collection[str]) -> bool:
    """Return whether a page of a site that is not allowed sent the request, without preflight.

    A POST must be JSON, which needs a preflight. But the image or script of any page can send a
    GET. Browsers report this in ``Sec-Fetch-Site``; other clients do not send this header. A link
    that a person follows is allowed. Source: Fetch Metadata Request Headers, W3C.
    """
    if request.headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    if request.headers.get("sec-fetch-dest") == "document":
        return False
    if request.method == "POST" or any(name in request.headers for name in PREFLIGHTED_HEADERS):
        return False
    return "*" not in allowed_origins and request.headers.get("origin") not in allowed_origins
