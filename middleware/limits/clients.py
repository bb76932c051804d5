"""Identifies the client of a request: the holder of its API key, or else its address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from starlette.types import Scope

from middleware.header_fields import header_fields
from middleware.limits.client_address import ClientAddresses, Network
from middleware.limits.tier import ANONYMOUS, Tier
from middleware.refusal import UnauthenticatedError

# Headers that CORS must allow pages of other origins to send.
KEY_HEADERS: Final = ("Authorization", "X-API-Key")
_FORWARDED_FOR: Final = b"x-forwarded-for"
_NAMES: Final = frozenset((b"authorization", b"x-api-key", _FORWARDED_FOR))


class Client(NamedTuple):
    """The client of a request: ``id`` identifies its budget, ``tier`` sets its limits."""

    id: str
    tier: Tier


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """The holder of an API key; ``tier`` is the name of the holder's tier."""

    id: str
    tier: str


class ApiKeyIndex(Protocol):
    """Finds the holder of a key."""

    def find(self, key: str) -> KeyHolder | None:
        """Return the holder of a valid key; None for any other text."""


class ClientResolver:
    """Identifies the client of a request.

    Args:
        keys: The API keys.
        tiers: The tiers by name: at least ``anonymous`` and the tiers of all keys.
        trusted_proxies: Networks of proxies whose ``X-Forwarded-For`` is trusted.
    """

    def __init__(
        self, keys: ApiKeyIndex, tiers: Mapping[str, Tier], trusted_proxies: Sequence[Network]
    ) -> None:
        self._keys = keys
        self._tiers = tiers
        self._anonymous = tiers[ANONYMOUS]
        self._addresses = ClientAddresses(trusted_proxies)

    def identify(self, scope: Scope) -> Client:
        """Return the client of the request of an ASGI scope.

        Raises:
            UnauthenticatedError: The request has an invalid API key, or several keys. It does not
                count as anonymous, because then its sender would not notice the mistake.
        """
        peer = scope.get("client")
        address = peer[0] if peer else "unknown"
        fields = header_fields(scope)
        if _NAMES.isdisjoint(fields):
            return Client(self._addresses.identity(address, ()), self._anonymous)
        # All fields are searched, because a header may be sent several times.
        offered: set[bytes] = set()
        forwarded_for: list[str] = []
        for name, value in scope["headers"]:
            if name == b"x-api-key":
                offered.add(value)
            elif name == b"authorization" and value[:7].strip().lower() == b"bearer":
                offered.add(value[7:].strip())
            elif name == _FORWARDED_FOR:
                forwarded_for.append(value.decode("latin-1"))
        if offered:
            return self._holder(offered)
        return Client(self._addresses.identity(address, forwarded_for), self._anonymous)

    def anonymous(self, scope: Scope) -> Client:
        """Return the anonymous client of a request: that of its address."""
        peer = scope.get("client")
        forwarded_for = [
            value.decode("latin-1") for name, value in scope["headers"] if name == _FORWARDED_FOR
        ]
        address = peer[0] if peer else "unknown"
        return Client(self._addresses.identity(address, forwarded_for), self._anonymous)

    def _holder(self, offered: set[bytes]) -> Client:
        """Return the client of the only key that was sent."""
        if len(offered) > 1:
            raise UnauthenticatedError("the request has several API keys")
        holder = self._keys.find(offered.pop().decode("latin-1"))
        if holder is None:
            raise UnauthenticatedError("the API key is malformed, unknown, expired or revoked")
        return Client(f"key:{holder.id}", self._tiers[holder.tier])
