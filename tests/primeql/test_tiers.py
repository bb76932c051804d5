"""Files of tiers, good and bad."""

import json
from pathlib import Path

import pytest

from middleware.limits.tier import DEFAULT_TIERS, Tier
from primeql.settings import SettingsError
from primeql.tiers import read_tiers

ANONYMOUS = """
[anonymous]
points = 1_000
restore_rate = 0.5
requests_per_minute = 60
concurrent_requests = 2
max_request_cost = 1_000
"""
EXPECTED = Tier("anonymous", 1_000, 0.5, 60, 2, 1_000)


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "tiers.toml"


def test_without_a_file_there_are_three_tiers() -> None:
    assert list(read_tiers("")) == ["anonymous", "basic", "pro"]
    assert DEFAULT_TIERS["anonymous"].points == 60_000
    assert DEFAULT_TIERS["anonymous"].restore_rate == 1_000
    assert DEFAULT_TIERS["anonymous"].max_request_cost == 20_000


def test_built_in_tiers_are_what_a_file_may_say(tmp_path: Path) -> None:
    keys = [name for name in Tier.__slots__ if name != "name"]
    path = tmp_path / "tiers.json"
    content = {
        name: {key: getattr(tier, key) for key in keys} for name, tier in DEFAULT_TIERS.items()
    }
    path.write_text(json.dumps(content))
    assert read_tiers(str(path)) == DEFAULT_TIERS


def test_documented_tiers_are_the_built_in_ones(toml: Path) -> None:
    page = Path(__file__).parents[2] / "docs" / "clients-and-budgets.md"
    toml.write_text(page.read_text().partition("```toml\n")[2].partition("```")[0])
    assert read_tiers(str(toml)) == DEFAULT_TIERS


def test_toml_file_gives_the_tiers_there_are(toml: Path) -> None:
    toml.write_text(ANONYMOUS + ANONYMOUS.replace("[anonymous]", "[university]"))
    tiers = read_tiers(str(toml))
    assert list(tiers) == ["anonymous", "university"]
    assert tiers["anonymous"] == EXPECTED


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("points = 1_000\n", "points = 0\n", "tier anonymous: points is 0; it must be an integer"),
        ("points = 1_000\n", "points = 1.5\n", "tier anonymous: points is 1.5"),
        ("points = 1_000\n", "points = true\n", "tier anonymous: points is True"),
        ("points = 1_000\n", "points = '9'\n", "tier anonymous: points is '9'"),
        (
            "points = 1_000\n",
            "points = 10\n",
            "max_request_cost is 1000; it must be at most points",
        ),
        ("points = 1_000\n", "", "tier anonymous: points is missing"),
        (
            "restore_rate = 0.5",
            "restore_rate = 0",
            "restore_rate is 0; it must be a number above 0",
        ),
        ("restore_rate = 0.5", "restore_rate = nan", "restore_rate is nan"),
        ("restore_rate = 0.5", "restore_rate = inf", "restore_rate is inf"),
        ("= 60\n", "= -1\n", "tier anonymous: requests_per_minute is -1"),
        ("= 2\n", "= 0\n", "tier anonymous: concurrent_requests is 0"),
        ("points", "pionts", "tier anonymous: pionts is not one of points, restore_rate"),
        ("[anonymous]", "[anon]", "tier anonymous is missing"),
        ("[anonymous]", "anonymous = 7", "anonymous must be a tier"),
        ("[anonymous]", "[anonymous", "line 2"),
    ],
)
def test_complaint_names_file_tier_and_key(old: str, new: str, complaint: str, toml: Path) -> None:
    toml.write_text(ANONYMOUS.replace(old, new, 1))
    with pytest.raises(SettingsError) as refused:
        read_tiers(str(toml))
    assert str(refused.value).startswith(f"PRIMEQL_TIERS_FILE {toml} cannot be used: ")
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tiers.json", "[]"),
        ("tiers.json", "nonsense"),
        ("tiers.yaml", "{}"),
        ("tiers.json", "{}"),
        ("missing.toml", None),
    ],
)
def test_other_files_are_refused(name: str, content: str | None, tmp_path: Path) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_text(content)
    with pytest.raises(SettingsError, match=str(path)):
        read_tiers(str(path))
