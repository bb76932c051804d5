"""The documents agree with the code, and with each other."""

import dataclasses
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from execution.limits.document_limits import LimitCode
from primeql import __version__
from primeql.settings import PREFIX, Settings
from resolvers.errors import ErrorCode

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    page
    for folder in (".", "docs", "docs/runbooks", "examples", "examples/*", "ops")
    for page in ROOT.glob(f"{folder}/*.md")
)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)[^)]*\)")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _rows(page: str) -> list[list[str]]:
    """Return the cells of every table row of a page, without the backquotes."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    return [
        [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `")
    ]


def _as_text(default: object) -> str:
    """Return a default as its variable would be set."""
    if isinstance(default, bool):
        return str(default).lower()
    return ",".join(default) if isinstance(default, tuple) else str(default)


def test_settings_are_documented_as_they_are() -> None:
    expected = [
        [PREFIX + field.name.upper(), _as_text(field.default), field.metadata["help"]]
        for field in dataclasses.fields(Settings)
    ]
    assert _rows("settings.md") == expected


def _glossary_modules(text: str) -> list[str]:
    """Return the modules that rows of the glossary name in their last cell."""
    return re.findall(r"\| `([\w/]+\.py)` \|$", text, re.MULTILINE)


def test_glossary_names_modules_that_exist() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    modules = _glossary_modules(text)
    assert len(modules) == text.count("\n| ") - text.count("\n| term |")
    assert [module for module in modules if not (ROOT / module).is_file()] == []


def test_glossary_is_sorted_within_its_tables() -> None:
    for table in (ROOT / "docs/glossary.md").read_text().split("|---|---|---|\n")[1:]:
        terms = re.findall(r"^\| ([^|]+) \|", table.split("\n\n")[0], re.MULTILINE)
        assert terms == sorted(terms, key=str.lower)


def test_every_error_code_is_documented_once() -> None:
    codes = [*ErrorCode, *LimitCode]
    assert sorted(row[0] for row in _rows("errors.md")) == sorted(codes)


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_within_the_project_resolve(page: Path) -> None:
    targets = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in targets if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_make_targets_that_pages_name_exist(page: Path) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"[`\n]make ([\w-]+)", page.read_text())) <= targets


def test_changelog_has_a_place_for_what_is_coming() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert "\n## Unreleased\n" in changelog
    kinds = re.findall(r"^### (.+)$", changelog, re.MULTILINE)
    assert set(kinds) <= {"Added", "Changed", "Fixed", "Removed"}


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" in project["dynamic"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-image.lock", "requirements-dev.lock"]
)
def test_locks_have_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pins = re.findall(r"^([\w.-]+)==\S+.*?\\\n +--hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE)) > 10
    assert "://" not in text


def test_locks_are_of_these_dependencies() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = project["project"]["dependencies"]
    development = project["dependency-groups"]["dev"]
    traced = runtime + project["project"]["optional-dependencies"]["tracing"]
    for lock, wanted in (
        ("requirements.lock", runtime),
        ("requirements-image.lock", traced),
        ("requirements-dev.lock", development),
    ):
        locked = re.findall(r"^([\w.-]+)==", (ROOT / lock).read_text(), re.MULTILINE)
        names = {re.split(r"[<>=!~\[]", dependency)[0] for dependency in wanted}
        assert names <= set(locked)


def test_nothing_committed_names_what_its_readers_do_not_have() -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    forbidden = re.compile(rb"\.\./sha[r]ed|/wor[k]/|farm-stu[d]io|registry\.npmj[s]|pypi\.o[r]g")
    found = [
        name
        for name in listed.stdout.splitlines()
        if (ROOT / name).is_file() and forbidden.search((ROOT / name).read_bytes())
    ]
    assert found == []
