"""The network address a request is counted under, however many proxies stand before us."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network

# Nothing longer is an address: 8 groups of 4, brackets, a scope and a port.
MAX_ADDRESS_CHARACTERS = 64
# More proxies in a row than anyone has; what lies further left is not looked at.
MAX_PROXIES = 16
CACHED_ADDRESSES = 4_096


class _Hop(NamedTuple):
    """One address of the way: what it is counted under, and whether it speaks the truth."""

    identity: str
    is_trusted: bool


def read_networks(text: str) -> tuple[Network, ...]:
    """Return networks separated by commas, such as ``10.0.0.0/8, 2001:db8::/32, 192.0.2.7``.

    Raises:
        ValueError: One is no network; the message says what it must be.
    """
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError("networks such as 10.0.0.0/8, separated by commas") from None


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Return the address in one entry of ``X-Forwarded-For``, None if it is malformed.

    A port is dropped: ``192.0.2.7:5000``, ``[2001:db8::1]:5000``. An IPv4 address mapped to IPv6
    is the IPv4 address.
    """
    text = text.strip()
    if len(text) > MAX_ADDRESS_CHARACTERS:
        return None
    if text.startswith("["):
        text, bracket, port = text[1:].partition("]")
        if not bracket or (port and not port.startswith(":")):
            return None
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def identity_of(address: IPv4Address | IPv6Address) -> str:
    """Return what an address is counted under: itself, or its /64 if it is IPv6.

    A /64 is the least that a network gives to one customer (RFC 6177), who may use any of its
    2**64 addresses.
    """
    if isinstance(address, IPv4Address):
        return f"ip:{address}"
    return f"ip:{IPv6Address(int(address) >> 64 << 64)}/64"


class ClientAddresses:
    """Tells which address a request is counted under.

    Args:
        trusted_proxies: Networks whose ``X-Forwarded-For`` is believed.
    """

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        # Parsing an address takes microseconds, and a client is seldom seen once.
        self._hop = lru_cache(CACHED_ADDRESSES)(self._read_hop)

    def identity(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """Return what a request is counted under.

        Args:
            peer: The address of the connection's other end.
            forwarded_for: The values of the ``X-Forwarded-For`` headers, in their order.

        The way is walked from us towards the client as long as who told of the next address is
        trusted; a malformed entry ends it. Whatever a client itself puts into the header stands
        left of what the first trusted proxy saw, and is never reached.
        """
        hop = self._hop(peer)
        if hop is None:
            return f"peer:{peer[:MAX_ADDRESS_CHARACTERS]}"
        if not hop.is_trusted or not forwarded_for:
            return hop.identity
        for entry in reversed(",".join(forwarded_for).rsplit(",", MAX_PROXIES)[-MAX_PROXIES:]):
            # Cut here, since what is remembered must be short.
            nearer = self._hop(entry.strip()[: MAX_ADDRESS_CHARACTERS + 1])
            if nearer is None:
                break
            hop = nearer
            if not hop.is_trusted:
                break
        return hop.identity

    def _read_hop(self, text: str) -> _Hop | None:
        """Return what one address is worth, None if it is malformed."""
        address = read_address(text)
        if address is None:
            return None
        is_trusted = any(address in network for network in self._trusted)
        return _Hop(identity_of(address), is_trusted)
