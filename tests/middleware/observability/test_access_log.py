"""Names of clients in the log."""

from middleware.observability.access_log import SALT_SECONDS, ClientNames


def test_one_address_has_one_name_for_a_day() -> None:
    now = 0.0
    names = ClientNames(lambda: now)
    first = names.of("ip:192.0.2.7")
    now = SALT_SECONDS - 1
    assert names.of("ip:192.0.2.7") == first != names.of("ip:192.0.2.8")
    now = SALT_SECONDS
    assert names.of("ip:192.0.2.7") != first


def test_names_cannot_be_guessed_from_addresses() -> None:
    # Another process has another salt.
    assert ClientNames().of("ip:192.0.2.7") != ClientNames().of("ip:192.0.2.7")
