"""The locks install as they are: whole, and whatever has been released since they were made."""

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.waiting import PROCESS_SECONDS

ROOT = Path(__file__).parents[2]
LOCKS = {
    "requirements.lock": ("build",),
    "requirements-image.lock": ("build",),
    "requirements-dev.lock": ("build", "dev"),
}
PYTHONS = ("3.11", "3.12", "3.13")
HERE = ".".join(map(str, sys.version_info[:2]))
NEWER = "9999999999!1"
# Places that install packages; the last is a page that tells its reader to.
PLACES = (
    "Makefile",
    "Dockerfile",
    "scripts/install-ship-tools",
    "tests/clients/test_examples.py",
    "examples/codegen-python/README.md",
)
_PIN = re.compile(r"^(?P<name>[\w.-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>[^\\\n]+))?", re.M)


def environment(python: str, extra: str = "") -> dict[str, str]:
    """Return what markers see on this machine under another version of Python."""
    here: dict[str, Any] = dict(default_environment())
    versions = {"python_version": python, "python_full_version": f"{python}.1"}
    if here["python_version"] == python:
        versions["python_full_version"] = here["python_full_version"]
    return {**here, **versions, "extra": extra}


def holds(marker: Marker | None, python: str, extras: frozenset[str] = frozenset()) -> bool:
    """Return whether a requirement is one here, under a version of Python and with some extras."""
    return marker is None or any(
        marker.evaluate(environment(python, extra)) for extra in extras | {""}
    )


def pins(lock: Path, python: str) -> dict[NormalizedName, Version]:
    """Return the packages that a lock installs on this machine under a version of Python."""
    return {
        canonicalize_name(pin["name"]): Version(pin["version"])
        for pin in _PIN.finditer(lock.read_text())
        if holds(Marker(pin["marker"]) if pin["marker"] else None, python)
    }


def roots(groups: tuple[str, ...]) -> Iterator[Requirement]:
    """Yield what the project itself asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    yield from map(Requirement, project["project"]["dependencies"])
    for group in groups:
        yield from map(Requirement, project["dependency-groups"][group])


def requirements(name: str) -> list[Requirement]:
    """Return what an installed package asks for."""
    return [Requirement(line) for line in metadata.requires(name) or ()]


def missing(lock: Path, groups: tuple[str, ...], python: str) -> list[str]:
    """Return what is asked for under a version of Python and is not in a lock."""
    locked, locked_here = pins(lock, python), pins(lock, HERE)
    absent = []
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = list(roots(groups))
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        version = locked.get(name)
        if version is None or version not in wanted.specifier:
            absent.append(str(wanted))
        elif (name, extras) not in seen and version == locked_here.get(name):
            # Another version than the one installed here cannot be asked what it needs.
            seen.add((name, extras))
            assert Version(metadata.version(name)) == version, "run make test"
            waiting += [each for each in requirements(name) if holds(each.marker, python, extras)]
    return absent


def test_image_has_the_versions_that_are_tested() -> None:
    image = pins(ROOT / "requirements-image.lock", "3.13")
    tested = pins(ROOT / "requirements-dev.lock", "3.13")
    assert image.items() <= tested.items()
    assert pins(ROOT / "requirements.lock", "3.13").items() <= image.items()


def test_supported_versions_are_those_that_the_readme_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    prefix = "Programming Language :: Python :: "
    named = [one.removeprefix(prefix) for one in project["classifiers"] if prefix in one]
    assert tuple(named) == PYTHONS
    assert project["requires-python"] == f">={PYTHONS[0]}"
    (sentence,) = re.findall(
        r"^You need Linux, make, and Python (.+) as `python3`",
        (ROOT / "README.md").read_text(),
        re.M,
    )
    assert tuple(re.findall(r"[\d.]+", sentence)) == PYTHONS


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_all_that_is_needed(lock: str, python: str) -> None:
    assert missing(ROOT / lock, LOCKS[lock], python) == []


@pytest.mark.parametrize("package", ["coverage", "starlette", "pathspec"])
def test_lock_that_lacks_a_package_is_not_whole(tmp_path: Path, package: str) -> None:
    lock = tmp_path / "some.lock"
    whole = (ROOT / "requirements-dev.lock").read_text()
    lock.write_text(re.sub(rf"^{package}==", f"no-{package}==", whole, flags=re.M))
    absent = missing(lock, LOCKS["requirements-dev.lock"], "3.11")
    assert {Requirement(each).name for each in absent} == {package}


def installing_commands(text: str) -> list[str]:
    """Return the options of each command of a file that installs a lock, variables replaced."""
    text = text.replace("\\\n", " ")
    variables = dict(re.findall(r"^(\w+) := (.*)$", text, re.M))
    for _ in variables:
        text = re.sub(r"\$\((\w+)\)", lambda use: variables.get(use[1], use[0]), text)
    return [
        line
        for line in text.splitlines()
        if re.search(r"--requirement|--require-hashes|install .*\s-r \S+\.(?:lock|txt)", line)
        and " := " not in line
    ]


@pytest.mark.parametrize("place", PLACES)
def test_every_lock_is_installed_without_resolving(place: str) -> None:
    found = installing_commands((ROOT / place).read_text())
    assert found
    assert [line for line in found if "--no-deps" not in line] == []
    assert [line for line in found if "--require-hashes" not in line] == []


def test_no_other_place_installs_a_lock() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    files = listed.stdout.decode().splitlines()
    found = {
        file
        for file in files
        if (ROOT / file).is_file() and b"--require-hashes" in (ROOT / file).read_bytes()
    }
    assert found - {"tests/setup/test_locks.py", "CONTRIBUTING.md"} == set(PLACES)


def _wheel(folder: Path, name: str, version: str, needs: list[Requirement]) -> str:
    """Write an empty wheel; return its hash."""
    stem = f"{name.replace('-', '_')}-{version}"
    about = f"{stem}.dist-info"
    files = {
        f"{about}/METADATA": "\n".join(
            [
                "Metadata-Version: 2.1",
                f"Name: {name}",
                f"Version: {version}",
                *(f"Provides-Extra: {extra}" for need in needs for extra in _extras(need.marker)),
                *(f"Requires-Dist: {need}" for need in needs),
                "",
            ]
        ),
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {
        file: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for file, text in files.items()
    }
    record = [f"{file},sha256={digest}," for file, digest in digests.items()]
    files[f"{about}/RECORD"] = "\n".join([*record, f"{about}/RECORD,,", ""])
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in files.items():
            wheel.writestr(file, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _extras(marker: Marker | None) -> list[str]:
    """Return the extras that a marker names."""
    return re.findall(r'extra == "([^"]+)"', str(marker)) if marker else []


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with each package of the locks, empty, and a newer release of it."""
    folder = tmp_path_factory.mktemp("index")
    lock = []
    for name, version in pins(ROOT / "requirements-dev.lock", HERE).items():
        digest = _wheel(folder, name, str(version), requirements(name))
        _wheel(folder, name, NEWER, requirements(name))
        lock.append(f"{name}=={version} --hash=sha256:{digest}\n")
    (folder / "some.lock").write_text("".join(lock))
    return folder


@pytest.fixture(scope="module")
def pip(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The pip that this Python brings along, in an environment with nothing else."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=PROCESS_SECONDS)
    return [str(folder / "bin" / "python"), "-m", "pip"]


def _bare_environment() -> Mapping[str, str]:
    """Return this environment without any configuration of pip."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_CONFIG_FILE": os.devnull}


def chosen(pip: list[str], index: Path, options: list[str]) -> dict[str, str]:
    """Return the versions that pip would install from an index."""
    report = ["--dry-run", "--report", "-"]
    lock = str(index / "some.lock")
    done = subprocess.run(
        [*pip, "install", "--no-index", f"--find-links={index}", *report, *options, lock],
        env=_bare_environment(),
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    installed = json.loads(done.stdout)["install"]
    return {each["metadata"]["name"]: each["metadata"]["version"] for each in installed}


def test_newer_releases_do_not_disturb_the_lock(pip: list[str], index: Path) -> None:
    command, *_ = installing_commands((ROOT / "Makefile").read_text())
    *options, _ = command.partition(" install ")[2].split()
    locked = pins(ROOT / "requirements-dev.lock", HERE)
    assert chosen(pip, index, options) == {name: str(locked[name]) for name in locked}


def test_index_does_offer_newer_releases(pip: list[str], index: Path) -> None:
    lock = index / "some.lock"
    names = [line.partition("==")[0] for line in lock.read_text().splitlines()]
    loose = index / "loose"
    loose.mkdir()
    (loose / "some.lock").write_text("\n".join(names))
    for wheel in index.glob("*.whl"):
        (loose / wheel.name).hardlink_to(wheel)
    found = chosen(pip, loose, ["--quiet", "--no-deps", "--requirement"])
    assert set(found.values()) == {NEWER}
