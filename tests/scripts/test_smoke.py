"""The smoke test asks every root field, and passes nothing that is not as it must be."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import build_schema

from primeql import __version__
from scripts.smoke import HEADERS, QUESTIONS, examine, main
from tests.server import RunningServer

ROOT = Path(__file__).parents[2]


def test_every_root_field_is_asked() -> None:
    schema = build_schema((ROOT / "schema/schema.graphql").read_text())
    assert schema.query_type is not None
    assert set(QUESTIONS) == set(schema.query_type.fields)


def test_running_service_passes(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([server.url, "--version", __version__]) == 0
    assert "FAIL" not in capsys.readouterr().out


def test_other_version_fails(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([server.url, "--version", "9.9.9"]) == 1
    assert "FAIL version" in capsys.readouterr().out


def test_service_that_is_not_there_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["http://127.0.0.1:1"]) == 1
    assert capsys.readouterr().out.startswith("FAIL")


def _changed(text: bytes, other: bytes) -> Callable[[httpx.Response], None]:
    """Return a change of an answer's body."""

    def change(response: httpx.Response) -> None:
        response._content = response.read().replace(text, other)

    return change


def _without_header(name: str) -> Callable[[httpx.Response], None]:
    """Return a change of an answer's headers."""

    def change(response: httpx.Response) -> None:
        response.headers.pop(name, None)

    return change


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (_changed(b"455052511", b"455052512"), "primeCount"),
        (_changed(b'"nthPrime":"15485863"', b'"nthPrime":null'), "nthPrime"),
        (_changed(b"[true,false,false,true]", b"[true,false,true,true]"), "arePrime"),
        (_changed(b"GRAPHQL_VALIDATION_FAILED", b"OTHER"), "a wrong query is refused by its code"),
        *((_without_header(name), "security headers") for name in (*HEADERS, "x-request-id")),
    ],
)
def test_what_is_not_as_it_must_be_is_named(
    server: RunningServer, change: Callable[[httpx.Response], Any], name: str
) -> None:
    with httpx.Client(base_url=server.url, event_hooks={"response": [change]}) as client:
        assert [one.name for one in examine(client) if one.fault] == [name]
