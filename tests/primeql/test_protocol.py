"""GraphQL over HTTP as clients, browsers and caches see it, on a real server."""

import gzip
import hashlib
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import brotli
import httpx
import pytest
import zstandard

from primeql.endpoint.http_caching import EntityTags
from primeql.operations.operation import Operation
from primeql.stores.answer_revision import answer_revision
from tests.faults.processes import computing, is_running, workers
from tests.server import RunningServer, running_server
from tests.waiting import WAIT_SECONDS, wait_until

QUERY = "{ integer(value: 97) { isPrime } }"
ANSWER = {"data": {"integer": {"isPrime": True}}}
ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def strict_server() -> Iterator[RunningServer]:
    settings = {
        "PRIMEQL_CORS_ORIGINS": ORIGIN,
        "PRIMEQL_INTROSPECTION": "false",
        "PRIMEQL_MAX_OPERATIONS": "3",
        "PRIMEQL_MAX_REQUEST_BYTES": "2000",
        "PRIMEQL_BODY_TIMEOUT_MILLISECONDS": "3000",
        "PRIMEQL_HSTS_SECONDS": "0",
    }
    with running_server(settings) as server:
        yield server


def get(server: RunningServer, query: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.get(f"{server.url}/graphql", params={"query": query}, headers=named)


# Media types and methods


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_acceptable_is_406(server: RunningServer, method: str) -> None:
    response = httpx.request(
        method, f"{server.url}/graphql", json={"query": QUERY}, headers={"Accept": "text/html"}
    )
    assert response.status_code == 406
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_head_is_get_without_a_body(server: RunningServer) -> None:
    url = f"{server.url}/graphql"
    got = httpx.get(url, params={"query": QUERY})
    head = httpx.head(url, params={"query": QUERY})
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]


def test_other_methods_are_told_the_allowed_ones(server: RunningServer) -> None:
    response = httpx.patch(f"{server.url}/graphql")
    assert response.status_code == 405
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize("operation", ["mutation { a }", "subscription { a }"])
def test_only_queries_exist(server: RunningServer, operation: str) -> None:
    response = get(server, operation, accept="application/graphql-response+json")
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}


@pytest.mark.parametrize("value", [None, {}])
def test_null_members_are_as_if_left_out(server: RunningServer, value: object) -> None:
    response = server.post(QUERY, value, extensions=value, operationName=None)
    assert response.json() == ANSWER


# Batches


def test_batch_is_answered_in_order_and_each_alone(server: RunningServer) -> None:
    batch = [
        {"query": "{ nthPrime(n: 3) }"},
        {"query": "{ never }"},
        7,
        {"query": "query ($n: BigInt!) { nthPrime(n: $n) }", "variables": {"n": "x"}},
        {"query": "{ nthPrime(n: 4) }"},
    ]
    response = httpx.post(f"{server.url}/graphql", json=batch)
    answers = response.json()
    assert response.status_code == 200
    assert (answers[0], answers[4]) == ({"data": {"nthPrime": "5"}}, {"data": {"nthPrime": "7"}})
    codes = [answer["errors"][0]["extensions"]["code"] for answer in answers[1:4]]
    assert codes == ["GRAPHQL_VALIDATION_FAILED", "BAD_REQUEST", "BAD_USER_INPUT"]


@pytest.mark.parametrize("size", [0, 4])
def test_batch_of_another_size_is_refused(strict_server: RunningServer, size: int) -> None:
    response = httpx.post(f"{strict_server.url}/graphql", json=[{"query": QUERY}] * size)
    assert response.status_code == 400
    assert "1 to 3 operations" in response.json()["errors"][0]["message"]


# JSON


def nested(depth: int, leaf: object) -> str:
    """Return JSON of lists in each other, which json.dumps would not go so deep for."""
    return "[" * depth + json.dumps(leaf) + "]" * depth


DEPTHS = (1, 90, 97, 98, 99, 100, 101, 500, *range(940, 1_000, 3), 2_000, 5_000)


@pytest.mark.parametrize("leaf", [7, "\U0001f600"], ids=["number", "pair of surrogates"])
@pytest.mark.parametrize("place", ["variables", "extensions", "other", "query", "batch", "body"])
def test_deep_json_in_a_body_is_answered_or_refused(
    server: RunningServer, place: str, leaf: object
) -> None:
    statuses = []
    with httpx.Client(base_url=server.url, headers={"Content-Type": "application/json"}) as client:
        for depth in DEPTHS:
            deep = nested(depth, leaf)
            body = json.dumps({"query": QUERY})[:-1] + f', "{place}": {{"a": {deep}}}}}'
            if place == "query":
                body = f'{{"query": {deep}}}'
            elif place == "batch":
                body = f"[{body}, {body}]"
            elif place == "body":
                body = deep
            response = client.post("/graphql", content=body)
            statuses.append(response.status_code)
            if depth > 100:
                assert "nests lists and objects more than 100 levels" in response.text
    # Before that, only what is no request is refused.
    assert {status // 100 for status in statuses} <= {2, 4}
    assert statuses[DEPTHS.index(101) :] == [400] * (len(DEPTHS) - DEPTHS.index(101))
    assert statuses[0] == (400 if place == "query" else 200)


@pytest.mark.parametrize("leaf", [7, "\U0001f600"], ids=["number", "pair of surrogates"])
@pytest.mark.parametrize("name", ["variables", "extensions"])
def test_deep_json_in_a_query_string_is_answered_or_refused(
    server: RunningServer, name: str, leaf: object
) -> None:
    with httpx.Client(base_url=server.url) as client:
        for depth in DEPTHS:
            deep = '{"a": ' + nested(depth, leaf) + "}"
            response = client.get("/graphql", params={"query": QUERY, name: deep})
            if depth < 100:
                assert response.json() == ANSWER
            else:
                assert response.status_code == 400
                assert f"{name} nests lists and objects" in response.text


# Persisted queries


def apq(query: str) -> dict[str, object]:
    digest = hashlib.sha256(query.encode()).hexdigest()
    return {"persistedQuery": {"version": 1, "sha256Hash": digest}}


def test_persisted_query_is_registered_by_post_and_asked_by_get(server: RunningServer) -> None:
    query = f"{QUERY} # {time.time_ns()}"
    url, extensions = f"{server.url}/graphql", json.dumps(apq(query))
    unknown = httpx.get(url, params={"extensions": extensions})
    assert unknown.json()["errors"][0] == {
        "message": "PersistedQueryNotFound",
        "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"},
    }
    assert unknown.headers["cache-control"] == "no-store"
    assert server.post(query, extensions=apq(query)).json() == ANSWER
    known = httpx.get(url, params={"extensions": extensions})
    assert known.json() == ANSWER
    assert known.headers["cache-control"] == "public, max-age=86400"
    document_id = hashlib.sha256(query.encode()).hexdigest()
    assert httpx.get(url, params={"documentId": document_id}).json() == ANSWER


@pytest.mark.parametrize(
    "persisted",
    [{"version": 2, "sha256Hash": "0" * 64}, {"version": 1}, {"version": 1, "sha256Hash": 7}, 7],
)
def test_malformed_persisted_query_is_refused(server: RunningServer, persisted: object) -> None:
    response = server.post(QUERY, extensions={"persistedQuery": persisted})
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"] == {"code": "BAD_REQUEST"}


def test_wrong_hash_is_refused(server: RunningServer) -> None:
    response = server.post(QUERY, extensions=apq("{ nthPrime(n: 3) }"))
    assert response.status_code == 400
    assert "SHA-256" in response.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    "document",
    ["no document", "{ never }", "{ nthPrime(n: $n) }", "{ nthPrime(n: 3) } #" + "a" * 300_000],
    ids=["not parsed", "not valid", "no variable", "too long"],
)
def test_document_that_is_refused_is_not_registered(server: RunningServer, document: str) -> None:
    document = document.replace("never", f"never{time.time_ns()}")
    assert server.post(document, extensions=apq(document)).json()["errors"]
    known = server.post(None, extensions=apq(document)).json()  # type: ignore[arg-type]
    assert known["errors"][0]["message"] == "PersistedQueryNotFound"


def test_document_that_cannot_be_paid_for_is_not_registered(server: RunningServer) -> None:
    query = f"{{ primeRange(low: 1, high: 1{'0' * 15}) {{ count sum }} }} # {time.time_ns()}"
    refused = server.post(query, extensions=apq(query)).json()
    assert "data" not in refused
    known = server.post(None, extensions=apq(query)).json()  # type: ignore[arg-type]
    assert known["errors"][0]["message"] == "PersistedQueryNotFound"


def test_only_listed_documents_are_answered(tmp_path: Path) -> None:
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(json.dumps({"list-97": QUERY}))
    settings = {
        "PRIMEQL_PERSISTED_DOCUMENTS": str(manifest),
        "PRIMEQL_ONLY_PERSISTED": "true",
    }
    with running_server(settings) as server:
        url = f"{server.url}/graphql"
        assert httpx.get(url, params={"documentId": "list-97"}).json() == ANSWER
        assert server.post(QUERY).json() == ANSWER
        refused = server.post("{ nthPrime(n: 3) }").json()["errors"][0]
        assert refused["extensions"] == {"code": "PERSISTED_QUERY_NOT_FOUND"}


def test_manifest_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    settings = {"PRIMEQL_PERSISTED_DOCUMENTS": str(tmp_path / "nothing.json")}
    with (
        pytest.raises(AssertionError, match="PRIMEQL_PERSISTED_DOCUMENTS"),
        running_server(settings),
    ):
        pass


# Caching


def test_mathematics_may_be_kept(server: RunningServer) -> None:
    response = get(server, QUERY)
    assert response.headers["cache-control"] == "public, max-age=86400"
    assert set(response.headers["vary"].split(", ")) == {"Accept", "Origin"}
    tag = response.headers["etag"]
    again = get(server, QUERY, if_none_match=f'"other", {tag}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert set(again.headers["vary"].split(", ")) == {"Accept", "Accept-Encoding", "Origin"}


PERSONAL = ("ratelimit", "request-id", "server-timing", "cookie", "traceparent", "retry-after")


@pytest.mark.parametrize("path", ["/graphql", "/favicon.ico", "/", "/schema.graphql"])
def test_answer_that_caches_keep_has_nothing_of_a_client(server: RunningServer, path: str) -> None:
    headers = {"X-Request-Id": "mine", "traceparent": f"00-{'1' * 32}-{'2' * 16}-01"}
    response = httpx.get(server.url + path, params={"query": QUERY}, headers=headers)
    if "public" in response.headers.get("cache-control", ""):
        assert not [name for name in response.headers if any(part in name for part in PERSONAL)]
    else:
        assert response.headers["x-request-id"] == "mine"
    if path == "/graphql":
        assert response.headers["cache-control"] == "public, max-age=86400"


@pytest.mark.parametrize("wish", [("Server-Timing", "report"), ("GraphQL-Cost", "report")])
def test_answer_with_what_one_client_wants_to_know_is_not_kept(
    server: RunningServer, wish: tuple[str, str]
) -> None:
    response = httpx.get(f"{server.url}/graphql", params={"query": QUERY}, headers=dict([wish]))
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers
    assert "x-request-id" in response.headers


@pytest.mark.parametrize(
    ("query", "status"),
    [(QUERY, 304), ("{ nthPrime(n: 0) }", 200), ("{ service { version } }", 200), ("{", 200)],
)
def test_any_tag_stands_for_an_answer_that_may_be_kept(
    server: RunningServer, query: str, status: int
) -> None:
    assert get(server, query, if_none_match="*").status_code == status


@pytest.mark.parametrize("query", ["{ no such thing", "{ nthPrime(n: 0) }", QUERY])
def test_tag_that_was_never_given_out_is_not_known(server: RunningServer, query: str) -> None:
    # Another service with the same program makes other tags, unless both share a key.
    operation = Operation(query)
    tag = EntityTags("", answer_revision()).of(query, operation, "application/json")
    assert get(server, query, if_none_match=tag).status_code == 200


def test_services_with_one_key_know_each_others_tags() -> None:
    one, other = (EntityTags("k" * 32, "1") for _ in range(2))
    operation = Operation(QUERY)
    tag = one.of(QUERY, operation, "application/json")
    assert other.of(QUERY, operation, "application/json") == tag
    assert EntityTags("k" * 32, "2").of(QUERY, operation, "application/json") != tag


def test_manifest_is_asked_before_a_tag(tmp_path: Path) -> None:
    key = "k" * 32
    manifest = tmp_path / "persisted-documents.json"
    manifest.write_text(json.dumps({"list-97": QUERY}))
    settings = {
        "PRIMEQL_PERSISTED_DOCUMENTS": str(manifest),
        "PRIMEQL_ONLY_PERSISTED": "true",
        "PRIMEQL_ANSWERS_KEY": key,
    }
    other = QUERY.replace("97", "89")
    tags = EntityTags(key, answer_revision())
    with running_server(settings) as server:
        url = f"{server.url}/graphql"
        for query, status in ((QUERY, 304), (other, 400)):
            tag = tags.of(query, Operation(query), "application/json")
            assert get(server, query, if_none_match=tag).status_code == status
        # The tag is that of the document, whatever it is called.
        tag = tags.of(QUERY, Operation(QUERY), "application/json")
        named = httpx.get(url, params={"documentId": "list-97"}, headers={"If-None-Match": tag})
        assert named.status_code == 304


def test_tag_tells_answers_apart(server: RunningServer) -> None:
    tags = {
        get(server, QUERY).headers["etag"],
        get(server, QUERY.replace("97", "89")).headers["etag"],
        get(server, QUERY, accept="application/graphql-response+json").headers["etag"],
        httpx.get(
            f"{server.url}/graphql",
            params={
                "query": "query ($n: BigInt!) { integer(value: $n) { isPrime } }",
                "variables": '{"n": 97}',
            },
        ).headers["etag"],
    }
    assert len(tags) == 4
    known = [get(server, QUERY, if_none_match=tag).status_code for tag in tags]
    assert sorted(known) == [200, 200, 200, 304]


@pytest.mark.parametrize(
    "query",
    [
        "{ service { version } }",
        "{ nthPrime(n: 3) service { version } }",
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Query") { name } }',
        "{ nthPrime(n: 0) }",
        "{ never }",
        "{",
        f"{{ integer(value: {2**2203 - 1}) {{ primality {{ verdict }} }} }}",
    ],
)
def test_what_may_change_is_not_kept(server: RunningServer, query: str) -> None:
    response = get(server, query)
    assert response.headers["cache-control"] == "no-store"
    assert "etag" not in response.headers


def test_post_is_not_kept(server: RunningServer) -> None:
    assert server.post(QUERY).headers["cache-control"] == "no-store"


# Browsers


HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "referrer-policy": "no-referrer",
    "strict-transport-security": "max-age=31536000",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/livez"),
        ("GET", "/schema.graphql"),
        ("GET", "/favicon.ico"),
        ("GET", "/nothing"),
        ("GET", "/graphql"),
        ("POST", "/graphql"),
        ("PUT", "/graphql"),
        ("GET", "/graphql?query={nthPrime(n:1)}"),
    ],
)
def test_security_headers_are_on_every_answer(
    server: RunningServer, method: str, path: str
) -> None:
    response = httpx.request(method, server.url + path)
    assert HEADERS.items() <= dict(response.headers).items()
    assert "default-src 'none'" in response.headers["content-security-policy"]


def test_hsts_can_be_switched_off(strict_server: RunningServer) -> None:
    assert "strict-transport-security" not in get(strict_server, QUERY).headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"sec_fetch_site": "none"}, 200),
        ({"sec_fetch_site": "same-origin"}, 200),
        ({"sec_fetch_site": "cross-site"}, 403),
        ({"sec_fetch_site": "same-site"}, 403),
        ({"sec_fetch_site": "cross-site", "sec_fetch_dest": "document"}, 200),
        ({"sec_fetch_site": "cross-site", "sec_fetch_dest": "image"}, 403),
        ({"sec_fetch_site": "cross-site", "sec_fetch_dest": "iframe"}, 403),
        ({"sec_fetch_site": "cross-site", "apollo_require_preflight": "1"}, 200),
        ({"sec_fetch_site": "cross-site", "origin": ORIGIN}, 200),
        ({"sec_fetch_site": "cross-site", "origin": "https://evil.example"}, 403),
    ],
)
def test_get_sent_for_a_page_of_another_site_is_refused(
    strict_server: RunningServer, headers: dict[str, str], status: int
) -> None:
    assert get(strict_server, QUERY, **headers).status_code == status


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_post_without_preflight_is_refused(server: RunningServer, content_type: str) -> None:
    body = json.dumps({"query": QUERY})
    headers = {"Content-Type": content_type}
    response = httpx.post(f"{server.url}/graphql", content=body, headers=headers)
    assert response.status_code == 415


def test_cors_allows_the_origins_set_and_no_credentials(strict_server: RunningServer) -> None:
    preflight = {"Access-Control-Request-Method": "POST"}
    url = f"{strict_server.url}/graphql"
    allowed = httpx.options(url, headers={"Origin": ORIGIN, **preflight})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in allowed.headers
    other = httpx.options(url, headers={"Origin": "https://evil.example", **preflight})
    assert other.status_code == 400
    assert "access-control-allow-origin" not in other.headers
    (error,) = other.json()["errors"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}
    assert "origin" in error["message"]
    assert get(strict_server, QUERY, origin=ORIGIN).headers["vary"].endswith("Origin")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("traceparent, tracestate, baggage, sentry-trace", 200),
        ("apollographql-client-name, apollographql-client-version", 200),
        ("authorization, x-api-key, graphql-cost, apollo-require-preflight, x-request-id", 200),
        ("content-type, content-encoding, if-none-match, server-timing", 200),
        ("x-anything", 400),
    ],
)
def test_cors_allows_the_headers_that_clients_send(
    strict_server: RunningServer, asked: str, status: int
) -> None:
    headers = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": asked,
    }
    answer = httpx.options(f"{strict_server.url}/graphql", headers=headers)
    assert answer.status_code == status
    if status == 400:
        assert "header" in answer.json()["errors"][0]["message"]


def listed_in_guide(begin: str) -> set[str]:
    """Return the headers of a list in the guide."""
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text()
    lines = guide.split(begin)[1].split("\n\n")[1]
    return {name.lower() for name in re.findall(r"`([\w-]+)`", lines)}


def test_guide_lists_the_headers_that_pages_may_send_and_read(
    strict_server: RunningServer,
) -> None:
    url, origin = f"{strict_server.url}/graphql", {"Origin": ORIGIN}
    preflight = httpx.options(url, headers={**origin, "Access-Control-Request-Method": "POST"})
    allowed = {
        name.strip().lower()
        for name in preflight.headers["access-control-allow-headers"].split(",")
    }
    # Browsers always allow these.
    safelisted = {"accept", "accept-language", "content-language"}
    assert listed_in_guide("Pages may send") == allowed - safelisted
    exposed = get(strict_server, QUERY, origin=ORIGIN).headers["access-control-expose-headers"]
    read = {name.strip().lower() for name in exposed.split(",")}
    assert listed_in_guide("Scripts may read") == read


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_path_with_a_slash_at_its_end_is_the_endpoint(server: RunningServer, method: str) -> None:
    url = f"{server.url}/graphql/"
    asked = {"params": {"query": QUERY}} if method == "GET" else {"json": {"query": QUERY}}
    response = httpx.request(method, url, **asked)  # type: ignore[arg-type]
    assert response.status_code == 200
    assert response.json() == ANSWER


def test_cors_allows_nobody_by_default(server: RunningServer) -> None:
    assert "access-control-allow-origin" not in get(server, QUERY, origin=ORIGIN).headers


# Introspection


def test_introspection_and_suggestions_are_on_by_default(server: RunningServer) -> None:
    assert server.post("{ __schema { queryType { name } } }").json()["data"] is not None
    assert "nthPrime" in server.post("{ nthPrim(n: 1) }").text


def test_introspection_and_suggestions_are_switched_off_together(
    strict_server: RunningServer,
) -> None:
    for query in ("{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }'):
        errors = strict_server.post(query).json()["errors"]
        codes = {error["extensions"]["code"] for error in errors}
        assert codes == {"GRAPHQL_VALIDATION_FAILED"}
    for query in (
        "{ nthPrim(n: 1) }",
        "{ nthPrime(m: 1) }",
        "query ($n: BigIn) { nthPrime(n: $n) }",
    ):
        assert "Did you mean" not in strict_server.post(query).text
    assert strict_server.post("{ __typename }").json() == {"data": {"__typename": "Query"}}
    assert httpx.get(f"{strict_server.url}/schema.graphql").status_code == 404


# Bodies and compression


def test_packed_body_is_answered(server: RunningServer) -> None:
    response = httpx.post(
        f"{server.url}/graphql",
        content=gzip.compress(json.dumps({"query": QUERY}).encode()),
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )
    assert response.json() == ANSWER


def test_packed_bomb_is_refused(strict_server: RunningServer) -> None:
    response = httpx.post(
        f"{strict_server.url}/graphql",
        content=zstandard.ZstdCompressor().compress(b" " * 10_000_000),
        headers={"Content-Type": "application/json", "Content-Encoding": "zstd"},
    )
    assert response.status_code == 413


def test_slow_body_is_given_up(strict_server: RunningServer) -> None:
    address = urlsplit(strict_server.url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Content-Length: 100\r\n\r\n{"
        )
        connection.settimeout(WAIT_SECONDS)
        assert connection.recv(1_000).startswith(b"HTTP/1.1 408 ")


PAGE = "{ primeRange(low: 0, high: 10000000) { primes(first: 100000) { numbers } } }"


@pytest.mark.parametrize("coding", ["identity", "gzip"])
@pytest.mark.parametrize("query", [PAGE, PAGE.replace("100000", "1000")])
def test_vary_names_each_header_once(server: RunningServer, query: str, coding: str) -> None:
    params, headers = {"query": query}, {"Accept-Encoding": coding}
    response = httpx.get(f"{server.url}/graphql", params=params, headers=headers)
    (vary,) = response.headers.get_list("vary")
    assert sorted(vary.split(", ")) == ["Accept", "Accept-Encoding", "Origin"]


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd"])
def test_large_answer_is_packed_as_the_client_takes_it(server: RunningServer, coding: str) -> None:
    unpack = {
        "gzip": gzip.decompress,
        "br": brotli.decompress,
        "zstd": lambda raw: zstandard.ZstdDecompressor().decompressobj().decompress(raw),
    }[coding]
    with httpx.stream(
        "POST", f"{server.url}/graphql", json={"query": PAGE}, headers={"Accept-Encoding": coding}
    ) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == coding
    assert "Accept-Encoding" in response.headers["vary"]
    numbers = json.loads(unpack(raw))["data"]["primeRange"]["primes"]["numbers"]
    # p_100000 = 1299709 (OEIS A006988).
    assert (len(numbers), numbers[-1]) == (100_000, 1_299_709)
    assert len(raw) < 400_000


def test_small_answer_is_not_packed(server: RunningServer) -> None:
    response = get(server, QUERY, accept_encoding="gzip, br, zstd")
    assert "content-encoding" not in response.headers


def test_work_ends_when_its_client_hangs_up(server: RunningServer) -> None:
    hard = f"{{ integer(value: {10**4000}) {{ nextPrime }} }}"
    for _ in range(4):
        with pytest.raises(httpx.TimeoutException):
            httpx.post(f"{server.url}/graphql", json={"query": hard}, timeout=0.3)
    wait_until(lambda: computing(server) == 0, "the end of the work")
    wait_until(lambda: not any(map(is_running, workers(server))), "workers at rest")
    assert not any("ERROR" in line or "Traceback" in line for line in server.log)


def test_client_that_does_not_read_holds_nobody_up(server: RunningServer) -> None:
    address = urlsplit(server.url)
    body = json.dumps({"query": PAGE}).encode()
    request = (
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body)
    ) + body
    slow = [
        socket.create_connection((address.hostname or "", address.port or 0)) for _ in range(10)
    ]
    try:
        for connection in slow:
            connection.sendall(request)
        assert server.post(QUERY).json() == ANSWER
    finally:
        for connection in slow:
            connection.close()
    assert server.post(QUERY).json() == ANSWER
    assert not any("Traceback" in line for line in server.log)


# Documents


def bomb(levels: int) -> str:
    """Return a document whose fragments double at every level, were they expanded."""
    fragments = [f"fragment F{k} on Query {{ ...F{k + 1} ...F{k + 1} }}" for k in range(levels)]
    return " ".join(["{ ...F0 }", *fragments, f"fragment F{levels} on Query {{ __typename }}"])


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (bomb(20), "MAX_FRAGMENT_VISITS_LIMIT"),
        (bomb(190), "MAX_FRAGMENT_VISITS_LIMIT"),
        ("{" + " a" * 100_000 + "}", "MAX_TOKENS_LIMIT"),
        ("{" + "".join(f" a{k}:b" for k in range(30_000)) + "}", "MAX_TOKENS_LIMIT"),
        ("{ __typename }" + "#\n" * 100_000, "MAX_COMMENTS_LIMIT"),
        ("{ __typename" + " @include(if: true)" * 2_000 + "}", "MAX_DIRECTIVES_LIMIT"),
        ("{ __typename" + " __typename" * 2_000 + "}", "MAX_FIELD_MERGES_LIMIT"),
        (
            "{ __schema { types " + "{ fields { type " * 20 + "{ name }" + "} }" * 20 + "} }",
            "MAX_INTROSPECTION_DEPTH_LIMIT",
        ),
    ],
    ids=["bomb", "deep bomb", "fields", "aliases", "comments", "directives", "merges", "depth"],
)
def test_document_beyond_a_limit_has_its_code(
    server: RunningServer, document: str, code: str
) -> None:
    response = server.post(document)
    (error,) = response.json()["errors"]
    assert response.status_code == 200
    assert error["extensions"] == {"code": code}
    assert "the limit is" in error["message"]


def test_thousands_of_aliases_are_answered(server: RunningServer) -> None:
    aliases = " ".join(f"a{k}: integer(value: {k}) {{ isPrime }}" for k in range(3_000))
    data = server.post(f"{{ {aliases} }}").json()["data"]
    # pi(3000) = 430 (OEIS A000720).
    assert sum(answer["isPrime"] for answer in data.values()) == 430
