"""Who sends a request: a key, several, a wrong one, or none."""

from dataclasses import replace

import pytest
from starlette.types import Scope

from middleware.limits.client_address import read_networks
from middleware.limits.clients import Client, ClientResolver, KeyHolder
from middleware.limits.tier import DEFAULT_TIERS
from middleware.refusal import RefusedError
from resolvers.errors import ErrorCode


class Keys:
    """An index of two keys."""

    def find(self, key: str) -> KeyHolder | None:
        """Return the holder."""
        return {"alpha": KeyHolder("a1", "pro"), "beta": KeyHolder("b2", "basic")}.get(key)


RESOLVER = ClientResolver(Keys(), DEFAULT_TIERS, read_networks("10.0.0.0/8"))
ALPHA = Client("key:a1", DEFAULT_TIERS["pro"])


def scope(*headers: tuple[str, str], peer: str = "192.0.2.7") -> Scope:
    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "headers": encoded, "client": (peer, 4711)}


@pytest.mark.parametrize(
    "header",
    [
        ("X-API-Key", "alpha"),
        ("Authorization", "Bearer alpha"),
        ("Authorization", "bearer alpha"),
        ("Authorization", "BEARER   alpha "),
    ],
)
def test_key_tells_the_client_and_its_tier(header: tuple[str, str]) -> None:
    assert RESOLVER.identify(scope(header)) == ALPHA


def test_same_key_in_both_headers_is_one_key() -> None:
    headers = [("X-API-Key", "alpha"), ("Authorization", "Bearer alpha")]
    assert RESOLVER.identify(scope(*headers)) == ALPHA


def test_without_key_the_address_is_the_client() -> None:
    assert RESOLVER.identify(scope()) == Client("ip:192.0.2.7", DEFAULT_TIERS["anonymous"])


def test_other_schemes_are_no_keys() -> None:
    header = ("Authorization", "Basic YWxwaGE6YmV0YQ==")
    assert RESOLVER.identify(scope(header)).id == "ip:192.0.2.7"


def test_proxies_are_asked_for_the_address() -> None:
    headers = [("X-Forwarded-For", "198.51.100.1"), ("X-Forwarded-For", "198.51.100.2")]
    assert RESOLVER.identify(scope(*headers, peer="10.0.0.1")).id == "ip:198.51.100.2"


def test_connection_without_address_is_a_client_too() -> None:
    assert RESOLVER.identify({**scope(), "client": None}).id == "peer:unknown"


@pytest.mark.parametrize(
    "headers",
    [
        [("X-API-Key", "gamma")],
        [("X-API-Key", "")],
        [("X-API-Key", "\xff\x00")],
        [("Authorization", "Bearer gamma")],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer ")],
        [("X-API-Key", "alpha"), ("Authorization", "Bearer beta")],
        [("X-API-Key", "alpha"), ("X-API-Key", "beta")],
        [("X-API-Key", "alpha"), ("Authorization", "Bearer gamma")],
    ],
)
def test_key_that_is_not_valid_is_refused(headers: list[tuple[str, str]]) -> None:
    with pytest.raises(RefusedError) as refused:
        RESOLVER.identify(scope(*headers))
    assert refused.value.status_code == 401
    assert refused.value.code is ErrorCode.UNAUTHENTICATED
    assert refused.value.headers == {"WWW-Authenticate": "Bearer"}
    assert "gamma" not in refused.value.detail


def test_tier_is_looked_up_by_name() -> None:
    own = {**DEFAULT_TIERS, "pro": replace(DEFAULT_TIERS["pro"], points=7)}
    assert ClientResolver(Keys(), own, ()).identify(scope(("X-API-Key", "alpha"))).tier.points == 7
