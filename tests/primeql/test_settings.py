"""Settings: read once, and whatever cannot be read is named."""

import dataclasses

import pytest

from primeql.settings import Settings, SettingsError
from resolvers.limits import Limits


def test_defaults_need_no_environment() -> None:
    settings = Settings.from_environ({"PATH": "/bin", "PRIMES": "7"})
    assert settings == Settings()
    assert settings.limits == Limits()


def test_variables_are_read() -> None:
    settings = Settings.from_environ({"PRIMEQL_PORT": "9000", "PRIMEQL_HOST": "::1"})
    assert (settings.port, settings.host) == (9000, "::1")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PRIMEQL_PORT", "http"),
        ("PRIMEQL_PORT", ""),
        ("PRIMEQL_PORT", "-1"),
        ("PRIMEQL_PORT", "65536"),
        ("PRIMEQL_PORT", "8_000"),
        ("PRIMEQL_PORT", "0" * 30 + "80"),
        ("PRIMEQL_CORS_ORIGINS", "https://*.example"),
        ("PRIMEQL_REDIS_URL", "localhost:6379"),
        ("PRIMEQL_ONLY_PERSISTED", "true"),
        ("PRIMEQL_PORT", "٣"),
        ("PRIMEQL_MAX_DIGITS", "4097"),
        ("PRIMEQL_DEADLINE_MILLISECONDS", "0"),
        ("PRIMEQL_INTROSPECTION", "yes"),
        ("PRIMEQL_CORS_ORIGINS", "a.example"),
        ("PRIMEQL_CORS_ORIGINS", "https://a.example/path"),
        ("PRIMEQL_PROT", "8000"),
        ("PRIMEQL_", "1"),
    ],
)
def test_unreadable_and_unknown_variables_are_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} is "):
        Settings.from_environ({name: text})


def test_workers_follow_the_cores_unless_set() -> None:
    assert Settings().worker_count >= 1
    assert Settings(workers=3).worker_count == 3


@pytest.mark.parametrize("field", dataclasses.fields(Settings), ids=lambda field: field.name)
def test_every_setting_says_what_it_is_for(field: "dataclasses.Field[object]") -> None:
    assert field.metadata["help"].endswith(".")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("introspection", "false", False),
        ("cors_origins", "https://a.example, http://localhost:5173", None),
        ("cors_origins", "*", ("*",)),
        ("cors_origins", "", ()),
    ],
)
def test_flags_and_lists_are_read(name: str, text: str, value: object) -> None:
    settings = Settings.from_environ({f"PRIMEQL_{name.upper()}": text})
    expected = ("https://a.example", "http://localhost:5173") if value is None else value
    assert getattr(settings, name) == expected
