"""Sets what pages of other origins may send and read (CORS)."""

from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response

from middleware.limits.clients import KEY_HEADERS
from middleware.limits.rate_limit_headers import EXPOSED_HEADERS
from middleware.observability import server_timing
from primeql.endpoint.graphql_http import refuse
from primeql.endpoint.request_origin import PREFLIGHTED_HEADERS
from primeql.operations.request_errors import RequestError

PREFLIGHT_SECONDS: Final = 86_400
# Headers of W3C Trace Context, of Baggage, of error trackers, and of clients that identify
# themselves. Libraries add them to every request, so refusing them would exclude such pages.
TRACE_HEADERS: Final = ("traceparent", "tracestate", "baggage", "sentry-trace")
CLIENT_HEADERS: Final = ("apollographql-client-name", "apollographql-client-version")
ALLOWED: Final = (
    "Content-Encoding",
    "Content-Type",
    "If-None-Match",
    "X-Request-Id",
    "X-Request-Timeout",
    "GraphQL-Cost",
    server_timing.HEADER,
    *KEY_HEADERS,
    *PREFLIGHTED_HEADERS,
    *TRACE_HEADERS,
    *CLIENT_HEADERS,
)
READABLE: Final = ("Allow", "ETag", "X-Request-Id", server_timing.HEADER, *EXPOSED_HEADERS)


class CrossOriginMiddleware(CORSMiddleware):
    """Starlette's CORS middleware, with GraphQL errors for refused preflights."""

    def preflight_response(self, request_headers: Headers) -> Response:
        """Return the answer to a preflight."""
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        reason = bytes(response.body).decode().removeprefix("Disallowed CORS ")
        message = f"the service does not let a page of this origin send this request: {reason}"
        kept = {
            name: value
            for name, value in response.headers.items()
            if name.startswith("access-control-") or name == "vary"
        }
        return refuse(RequestError(message), **kept)
