"""What the routes of the page answer, over a built directory of three small files."""

import gzip
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from primeql.explorer import explorer_routes

PAGE = b"<!doctype html><title>Prime Math API</title>"
SCRIPT = b"console.log('two is prime');" * 40
ICON = b'<svg xmlns="http://www.w3.org/2000/svg"/>'
SCRIPT_PATH = "/explorer/assets/index-a1_B2-c3.js"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_bytes(PAGE)
    (tmp_path / "favicon.svg").write_bytes(ICON)
    (assets / "index-a1_B2-c3.js").write_bytes(SCRIPT)
    (assets / "index-a1_B2-c3.js.gz").write_bytes(gzip.compress(SCRIPT))
    # Stands for Brotli, which the standard library cannot write.
    (assets / "index-a1_B2-c3.js.br").write_bytes(b"brotli")
    (assets / "font-9.woff2").write_bytes(b"wOF2")
    return tmp_path


def client_of(directory: Path) -> httpx.AsyncClient:
    app = Starlette(routes=explorer_routes(directory))
    # httpx asks for gzip of its own accord; each test says itself what it accepts.
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://service",
        headers={"accept-encoding": "identity"},
    )


@pytest.fixture
async def client(built: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(built) as client:
        yield client


async def test_page_is_html_that_is_revalidated(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.content) == (200, PAGE)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_policy_of_the_page_names_no_host_and_nothing_unsafe(
    client: httpx.AsyncClient,
) -> None:
    policy = (await client.get("/")).headers["content-security-policy"]
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


async def test_page_answers_head_with_its_length(client: httpx.AsyncClient) -> None:
    answer = await client.head("/")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(PAGE))


@pytest.mark.parametrize("named", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
async def test_page_known_to_the_client_is_not_sent_again(
    client: httpx.AsyncClient, named: str
) -> None:
    etag = (await client.get("/")).headers["etag"]
    answer = await client.get("/", headers={"if-none-match": named.format(etag=etag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == etag


async def test_rebuilt_page_of_the_same_size_has_another_etag(
    client: httpx.AsyncClient, built: Path
) -> None:
    etag = (await client.get("/")).headers["etag"]
    (built / "index.html").write_bytes(PAGE.replace(b"Prime", b"Other"))
    answer = await client.get("/", headers={"if-none-match": etag})
    assert answer.status_code == 200
    assert b"Other" in answer.content


async def test_page_that_is_not_built_says_in_one_line_how_to(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        page = await client.get("/")
        icon = await client.get("/favicon.ico")
        asset = await client.get(SCRIPT_PATH)
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/plain; charset=utf-8"
    assert page.text.count("\n") == 1
    assert "make explorer" in page.text
    assert "/graphql" in page.text
    assert (icon.status_code, asset.status_code) == (204, 404)


async def test_page_built_while_the_service_runs_is_served(tmp_path: Path) -> None:
    async with client_of(tmp_path) as client:
        await client.get("/")
        (tmp_path / "index.html").write_bytes(PAGE)
        assert (await client.get("/")).content == PAGE


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5", "gzip"),
        ("br;q=0, gzip;q=1.0", "gzip"),
        ("br; q=0.000, gzip; q=0", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_asset_comes_in_the_best_coding_accepted(
    client: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    request = client.stream("GET", SCRIPT_PATH, headers={"accept-encoding": accepted})
    async with request as answer:
        sent = b"".join([chunk async for chunk in answer.aiter_raw()])
    expected = {"br": b"brotli", "gzip": None, None: SCRIPT}[coding]
    assert (gzip.decompress(sent) if expected is None else sent) == (expected or SCRIPT)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(sent))


async def test_asset_is_kept_for_good(client: httpx.AsyncClient) -> None:
    answer = await client.get(SCRIPT_PATH)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_asset_without_a_compressed_twin_comes_plain(client: httpx.AsyncClient) -> None:
    answer = await client.get("/explorer/assets/font-9.woff2", headers={"accept-encoding": "br"})
    assert (answer.content, answer.headers["content-type"]) == (b"wOF2", "font/woff2")
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/explorer/assets/absent-1.js",
        "/explorer/assets/index-a1_B2-c3.js.br",
        "/explorer/assets/..%2findex.html",
        "/explorer/assets/..%2f..%2fetc%2fpasswd",
        "/explorer/assets/%2e%2e%5cx.js",
        "/explorer/assets/a%00.js",
        "/explorer/assets/" + "a" * 300 + ".js",
        "/explorer/assets/",
        "/explorer/index.html",
    ],
)
async def test_nothing_else_is_served(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert answer.status_code == 404
    assert "cache-control" not in answer.headers


@pytest.mark.parametrize("path", ["/", SCRIPT_PATH, "/favicon.ico"])
async def test_posting_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.post(path)).status_code == 405


async def test_icon_is_the_built_one(client: httpx.AsyncClient) -> None:
    answer = await client.get("/favicon.ico")
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(ICON).digest()
    assert answer.headers["content-type"].startswith("image/svg+xml")
