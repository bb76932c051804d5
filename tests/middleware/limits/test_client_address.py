"""The address a request is counted under, honest or forged."""

import pytest

from middleware.limits.client_address import ClientAddresses, read_networks

TRUSTED = read_networks("10.0.0.0/8, 2001:db8:ffff::/48")


def identity(peer: str, *forwarded_for: str) -> str:
    return ClientAddresses(TRUSTED).identity(peer, forwarded_for)


@pytest.mark.parametrize(
    ("peer", "counted_under"),
    [
        ("192.0.2.7", "ip:192.0.2.7"),
        ("::ffff:192.0.2.7", "ip:192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "ip:2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "ip:2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "ip:2001:db8:1:3::/64"),
        ("fe80::1%eth0", "ip:fe80::/64"),
        ("::1", "ip:::/64"),
        ("testclient", "peer:testclient"),
        ("", "peer:"),
    ],
)
def test_address_of_the_connection(peer: str, counted_under: str) -> None:
    assert identity(peer) == counted_under


@pytest.mark.parametrize(
    ("forwarded_for", "counted_under"),
    [
        ("198.51.100.1", "ip:198.51.100.1"),
        ("198.51.100.1, 198.51.100.2", "ip:198.51.100.2"),
        ("198.51.100.1, 10.9.9.9", "ip:198.51.100.1"),
        ("198.51.100.1,10.9.9.9 , 10.8.8.8", "ip:198.51.100.1"),
        ("10.7.7.7", "ip:10.7.7.7"),
        ("198.51.100.1:4711", "ip:198.51.100.1"),
        ("[2001:db8:1:2::3]:4711", "ip:2001:db8:1:2::/64"),
        ("[2001:db8:1:2::3]", "ip:2001:db8:1:2::/64"),
        ("::ffff:198.51.100.1", "ip:198.51.100.1"),
        ("198.51.100.1, 2001:db8:ffff::1", "ip:198.51.100.1"),
        ("198.51.100.1, ::ffff:10.9.9.9", "ip:198.51.100.1"),
    ],
)
def test_trusted_proxies_are_believed(forwarded_for: str, counted_under: str) -> None:
    assert identity("10.0.0.1", forwarded_for) == counted_under


@pytest.mark.parametrize(
    "malformed",
    [
        "",
        " ",
        "unknown",
        "_hidden",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4/8",
        "[::1",
        "[::1]x",
        "9" * 5_000,
    ],
)
def test_malformed_entry_ends_the_walk(malformed: str) -> None:
    assert identity("10.0.0.1", f"198.51.100.1, {malformed}") == "ip:10.0.0.1"
    assert identity("10.0.0.1", f"198.51.100.1, {malformed}, 10.9.9.9") == "ip:10.9.9.9"


def test_several_headers_are_one_list() -> None:
    assert identity("10.0.0.1", "198.51.100.1", "198.51.100.2, 10.9.9.9") == "ip:198.51.100.2"


def test_way_of_more_proxies_than_anyone_has_is_cut() -> None:
    assert identity("10.0.0.1", "198.51.100.1," + "10.9.9.9," * 5_000 + "10.8.8.8") == "ip:10.9.9.9"


@pytest.mark.parametrize("number", range(100))
def test_forged_headers_buy_nothing(number: int) -> None:
    forged = f"203.0.113.{number}"
    # Straight to us, and through a proxy that appends what it saw.
    assert identity("192.0.2.7", forged) == "ip:192.0.2.7"
    assert identity("10.0.0.1", f"{forged}, 192.0.2.7") == "ip:192.0.2.7"
    assert identity("10.0.0.1", forged, f"10.1.1.{number}", "192.0.2.7") == "ip:192.0.2.7"


def test_nobody_is_trusted_by_default() -> None:
    assert ClientAddresses(()).identity("127.0.0.1", ["198.51.100.1"]) == "ip:127.0.0.1"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy", "10.0.0.0/33", "::/129", "10.0.0.0/8;::1"])
def test_other_texts_are_no_networks(text: str) -> None:
    with pytest.raises(ValueError, match="networks such as"):
        read_networks(text)
