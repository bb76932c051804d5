"""Whether a browser was made to send a request by a page of another site."""

from collections.abc import Collection

from starlette.requests import Request

# Headers that make a browser ask first (CORS preflight): a page of another site cannot add them
# unless CORS allows it to.
PREFLIGHTED_HEADERS = (
    "apollo-require-preflight",
    "x-apollo-operation-name",
    "graphql-require-preflight",
    "x-requested-with",
)


def is_forged(request: Request, allowed_origins: Collection[str]) -> bool:
    """Return whether ``request`` came without preflight from a page of a site not allowed.

    A POST must be JSON, which is preflighted; a GET may be sent by any page's image or script.
    Every browser says so in ``Sec-Fetch-Site``; clients that are no browsers don't send the header.
    A link that a person follows is no forgery. Source: Fetch Metadata Request Headers, W3C.
    """
    if request.headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
        return False
    if request.headers.get("sec-fetch-dest") == "document":
        return False
    if request.method == "POST" or any(name in request.headers for name in PREFLIGHTED_HEADERS):
        return False
    return "*" not in allowed_origins and request.headers.get("origin") not in allowed_origins
