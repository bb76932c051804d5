"""Finds the network address of a client behind any number of trusted proxies."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

Network = IPv4Network | IPv6Network

# The longest entry that can be an address: 8 groups of 4 digits, brackets, a scope and a port.
MAX_ADDRESS_CHARACTERS = 64
# The most entries of the header that are read, from the right: more proxies than anyone has.
MAX_PROXIES = 16
CACHED_ADDRESSES = 4_096


class _Hop(NamedTuple):
    """One address on the path: its identity, and whether it is a trusted proxy."""

    identity: str
    is_trusted: bool


def read_networks(text: str) -> tuple[Network, ...]:
    """Return networks separated by commas, such as ``10.0.0.0/8, 2001:db8::/32, 192.0.2.7``.

    Raises:
        ValueError: An entry is not a network; the message says what it must be.
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
    """Return the identity of an address: the address, or its /64 network if it is IPv6.

    A customer gets at least a /64 (RFC 6177), and may use any of its 2**64 addresses.
    """
    if isinstance(address, IPv4Address):
        return f"ip:{address}"
    return f"ip:{IPv6Address(int(address) >> 64 << 64)}/64"


class ClientAddresses:
    """Finds the address that identifies the client of a request.

    Args:
        trusted_proxies: Networks of proxies whose ``X-Forwarded-For`` is trusted.
    """

    def __init__(self, trusted_proxies: Sequence[Network]) -> None:
        self._trusted = tuple(trusted_proxies)
        # Parsing an address takes microseconds, and most clients send many requests.
        self._hop = lru_cache(CACHED_ADDRESSES)(self._read_hop)

    def identity(self, peer: str, forwarded_for: Sequence[str]) -> str:
        """Return the identity of the client of a request.

        Addresses are read from right to left. While an address is a trusted proxy, the entry to its
        left is read. A malformed entry ends the search. Entries that a client writes itself are to
        the left of the entry of the first trusted proxy, so they are never reached.

        Args:
            peer: The address of the other end of the connection.
            forwarded_for: The values of the ``X-Forwarded-For`` headers, in order.
        """
        hop = self._hop(peer)
        if hop is None:
            return f"peer:{peer[:MAX_ADDRESS_CHARACTERS]}"
        if not hop.is_trusted or not forwarded_for:
            return hop.identity
        for entry in reversed(",".join(forwarded_for).rsplit(",", MAX_PROXIES)[-MAX_PROXIES:]):
            # Cut, because the cache must hold short keys only.
            nearer = self._hop(entry.strip()[: MAX_ADDRESS_CHARACTERS + 1])
            if nearer is None:
                break
            hop = nearer
            if not hop.is_trusted:
                break
        return hop.identity

    def _read_hop(self, text: str) -> _Hop | None:
        """Return the identity of one address and whether it is trusted; None if malformed."""
        address = read_address(text)
        if address is None:
            return None
        is_trusted = any(address in network for network in self._trusted)
        return _Hop(identity_of(address), is_trusted)
