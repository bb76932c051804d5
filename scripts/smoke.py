"""Ask a running service every root field, and what clients rely on beside; say what fails.

Usage: python -m scripts.smoke URL [--ca FILE] [--version VERSION] [--api-key-file FILE]

Exit status 1 if anything is not as it must be. Expected values are published ones, so that a
service that answers fast and wrong does not pass.
"""

import argparse
import ssl
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

# By root field: a document, and its data; None stands for anything.
QUESTIONS: Final[dict[str, tuple[str, Any]]] = {
    # 2^64 - 1 is the product of the first six Fermat numbers.
    "integer": (
        '{ integer(value: "18446744073709551615") { isPrime factorization { expression } } }',
        {
            "isPrime": False,
            "factorization": {"expression": "3 * 5 * 17 * 257 * 641 * 65537 * 6700417"},
        },
    ),
    "integers": (
        "{ integers(values: [91, 97]) { isPrime } }",
        [{"isPrime": False}, {"isPrime": True}],
    ),
    # 561 is the least Carmichael number, 2147483647 a Mersenne prime.
    "arePrime": ("{ arePrime(values: [2, 4, 561, 2147483647]) }", [True, False, False, True]),
    # OEIS A006880 and A046731.
    "primeRange": (
        "{ primeRange(low: 1, high: 100) { count sum } }",
        {"count": "25", "sum": "1060"},
    ),
    # OEIS A006880.
    "primeCount": ('{ primeCount(x: "10000000000") }', "455052511"),
    # OEIS A006988.
    "nthPrime": ("{ nthPrime(n: 1000000) }", "15485863"),
    # OEIS A086786: ten primes from 199 on, 210 apart.
    "progression": (
        "{ progression(start: 199, difference: 210) { length endedBy } }",
        {"length": 10, "endedBy": "2299"},
    ),
    "rateLimit": ("{ rateLimit { limit remaining } }", None),
    "service": ("{ service { version } }", None),
}
HEADERS: Final[dict[str, str]] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "1; mode=block",
    "referrer-policy": "no-referrer",
}
TIMEOUT_SECONDS: Final = 15


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what is wrong with it; nothing if it is as it must be."""

    name: str
    fault: str = ""


def examine(client: httpx.Client, version: str | None = None) -> Iterator[Finding]:
    """Yield a finding for each root field and each promise."""
    for name, (document, expected) in QUESTIONS.items():
        yield _asked(client, name, document, expected)
    yield _version(client, version)
    for name, check in CHECKS.items():
        yield Finding(name, check(client))


def _asked(client: httpx.Client, name: str, document: str, expected: Any) -> Finding:
    """Ask one question."""
    answer = client.post("/graphql", json={"query": document})
    if answer.status_code != httpx.codes.OK:
        return Finding(name, f"status {answer.status_code}: {answer.text[:200]}")
    body = answer.json()
    if "errors" in body:
        return Finding(name, str(body["errors"])[:200])
    got = body["data"][name]
    wrong = got is None or (expected is not None and got != expected)
    return Finding(name, f"{got!r} instead of {expected!r}" if wrong else "")


def _version(client: httpx.Client, version: str | None) -> Finding:
    """Ask for the version."""
    answer = client.post("/graphql", json={"query": "{ service { version } }"})
    got = answer.json()["data"]["service"]["version"]
    wrong = version is not None and got != version
    return Finding("version", f"{got} instead of {version}" if wrong else "")


def _headers(client: httpx.Client) -> str:
    # An answer that no cache keeps: those that are kept are for everyone, and name no request.
    answer = client.post("/graphql", json={"query": "{ nthPrime(n: 1) }"})
    wrong = {name for name, value in HEADERS.items() if answer.headers.get(name) != value}
    wrong |= {
        name for name in ("content-security-policy", "x-request-id") if name not in answer.headers
    }
    if answer.url.scheme == "https" and "strict-transport-security" not in answer.headers:
        wrong.add("strict-transport-security")
    return f"missing or wrong: {', '.join(sorted(wrong))}" if wrong else ""


def _get(client: httpx.Client) -> str:
    answer = client.get("/graphql", params={"query": "{ nthPrime(n: 1000) }"})
    return "" if answer.json() == {"data": {"nthPrime": "7919"}} else answer.text[:200]


def _refusal(client: httpx.Client) -> str:
    answer = client.post("/graphql", json={"query": "{ nothing }"})
    (error,) = answer.json()["errors"]
    code = error["extensions"]["code"]
    return "" if code == "GRAPHQL_VALIDATION_FAILED" else f"code {code}"


def _page(client: httpx.Client) -> str:
    answer = client.get("/")
    is_page = answer.headers.get("content-type", "").startswith("text/html")
    return "" if answer.status_code == httpx.codes.OK and is_page else "no page"


CHECKS: Final = {
    "answers GET": _get,
    "security headers": _headers,
    "a wrong query is refused by its code": _refusal,
    "page in the browser": _page,
}


def client_of(url: str, ca: Path | None = None, api_key_file: Path | None = None) -> httpx.Client:
    """Return a client of the service at ``url``, which trusts the certificates in ``ca``."""
    headers = {"X-API-Key": api_key_file.read_text().strip()} if api_key_file else {}
    verify = ssl.create_default_context(cafile=ca) if ca else True
    return httpx.Client(base_url=url, verify=verify, headers=headers, timeout=TIMEOUT_SECONDS)


def main(arguments: list[str] | None = None) -> int:
    """Examine one service and print what was found."""
    parser = argparse.ArgumentParser(description="Ask a running service every root field.")
    parser.add_argument("url", help="such as https://primes.example.org")
    parser.add_argument("--ca", type=Path, help="certificates to trust, for a self-signed one")
    parser.add_argument("--version", help="the version that must answer")
    parser.add_argument("--api-key-file", type=Path, help="file with a key to ask with")
    options = parser.parse_args(arguments)
    failed = 0
    try:
        with client_of(options.url, options.ca, options.api_key_file) as client:
            for finding in examine(client, options.version):
                failed += bool(finding.fault)
                print(
                    f"{'FAIL' if finding.fault else 'ok':4} {finding.name} {finding.fault}".rstrip()
                )
    except (httpx.HTTPError, KeyError, TypeError, ValueError) as error:
        print(f"FAIL {options.url}: {type(error).__name__}: {error}")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
