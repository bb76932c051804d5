"""Each target of the Makefile installs what it uses, so that it works alone on a fresh clone."""

import ast
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.waiting import PROCESS_SECONDS

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text()
KINDS = ("slow", "ship", "faults", "stack")
ENVIRONMENT = ".venv/installed-dev"
INSTALL_NPM = "python -m tests.clients.npm "
SHIP_TOOLS = "scripts/install-ship-tools"
# What a Python does with the program of -c, under the version of an older one.
OLD_PYTHON = """
import sys
sys.version_info, sys.version = (3, 9, 18), "3.9.18 (main)"
exec(sys.argv[2])
"""
# Text in a file, and what a target must have made before that file is used.
USES = {
    "scripts/smoke.py": "explorer",  # it asks for the page
    "primeql/explorer_static": "explorer",
    "tests/clients/test_examples.py": "npm examples/*/package-lock.json))",
    "tests/protocol/audits.mjs": "npm tests/protocol",
    "tests/explorer/browser.js": "npm tests/explorer",
    "tests/ship/node_modules": "npm tests/ship",
    ".tools": SHIP_TOOLS,
}


def recipes(makefile: str) -> dict[str, tuple[list[str], str]]:
    """Return the prerequisites and the commands of each target."""
    found = {}
    for rule in re.finditer(r"^([\w./-]+):(?!=)(.*)\n((?:\t.*\n)*)", makefile, re.M):
        found[rule[1]] = (rule[2].replace("|", " ").split(), rule[3])
    return found


def tools(script: str) -> set[str]:
    """Return the commands that a script installs where they are missing."""
    return set(re.findall(r"^need (\S+)", (ROOT / script).read_text(), re.M))


def prepared(makefile: str, target: str) -> set[str]:
    """Return what has been made when the commands of a target begin to use it."""
    prerequisites, commands = recipes(makefile)[target]
    found = {*prerequisites, *(script for script in [SHIP_TOOLS] if script in commands)}
    for line in commands.splitlines():
        if INSTALL_NPM in line:
            folders = re.search(r"^NPM_FOLDERS := (.*)$", makefile, re.M)
            line = line.replace("$(NPM_FOLDERS)", folders[1] if folders else "")
            found |= {f"npm {folder}" for folder in line.partition(INSTALL_NPM)[2].split()}
    for each in prerequisites:
        if each in recipes(makefile):
            found |= prepared(makefile, each)
    return found


def files_of(commands: str) -> Iterator[Path]:
    """Yield the Python files that the commands of a target run."""
    for line in commands.splitlines():
        words = shlex.split(line.strip().lstrip("@"))
        if words[0].endswith("/pytest"):
            yield ROOT / "tests/conftest.py"
            kind = words[words.index("-m") + 1] if "-m" in words else None
            paths = [ROOT / word for word in words[1:] if word.startswith("tests/")]
            for path in paths or [ROOT / "tests"]:
                modules = path.rglob("test_*.py") if path.is_dir() else [path]
                yield from (one for one in modules if is_run(one, kind))
        elif words[0].endswith("/python") and words[1] == "-m":
            yield from _module(words[2])
            if words[2] == "benchmarks":
                yield from (ROOT / "benchmarks").glob("bench_*.py")


def is_run(module: Path, kind: str | None) -> bool:
    """Return whether a run of one kind of tests, or of those of none, runs some of a module."""
    if "node_modules" in module.parts:
        return False
    text = module.read_text()
    if kind is not None:
        return f"mark.{kind}" in text
    return not re.search(rf"^pytestmark = .*mark\.(?:{'|'.join(KINDS)})\b", text, re.M)


def _module(name: str) -> Iterator[Path]:
    """Yield the file of a module, or of a package that is run, if the project has it."""
    path = ROOT / name.replace(".", "/")
    yield from (one for one in (path.with_suffix(".py"), path / "__main__.py") if one.is_file())


def _python(path: Path) -> Iterator[str]:
    """Yield the commands, files and modules that a Python file names."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module=str(module)):
                yield module
                yield from (f"{module}.{alias.name}" for alias in node.names)
            case ast.List(elts=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Tuple(elts=[ast.Constant(value=str(text)), *_]):
                yield text
            case ast.Call(args=[ast.Constant(value=str(text)), *_]):
                yield text
                yield f"scripts.{text}"  # for the function that runs one
            case ast.Constant(value=str(text)) if re.fullmatch(r"[\w./-]{3,}", text):
                # A file may be named from the folder it is in.
                yield from (text, str(path.parent.relative_to(ROOT) / text))


def _shell(path: Path) -> Iterator[str]:
    """Yield the commands and files that a shell script names."""
    for line in path.read_text().splitlines():
        if not line.lstrip().startswith("#"):
            yield from re.findall(r"(?:^|[|&;(]|\bexec )\s*([\w./-]+)", line)
            yield from re.findall(r"scripts/[\w-]+", line)


def named(files: Iterator[Path]) -> set[str]:
    """Return what some files name, and the project's files that these use, and so on."""
    found: set[str] = set()
    seen: set[Path] = set()
    waiting = list(files)
    while waiting:
        path = waiting.pop()
        if path in seen or path == Path(__file__):
            continue
        seen.add(path)
        names = set(_python(path) if path.suffix == ".py" else _shell(path))
        found |= {*names, str(path.relative_to(ROOT))}
        for name in names:
            if re.match(r"(?:tests|scripts|benchmarks)\.", name):
                waiting += _module(name)
            elif re.fullmatch(r"scripts/[\w-]+", name) and (ROOT / name).is_file():
                waiting.append(ROOT / name)
    return found


def lacking(makefile: str, target: str) -> set[str]:
    """Return what a target uses and does not install."""
    _, commands = recipes(makefile)[target]
    used = named(files_of(commands))
    needs = {ENVIRONMENT} if "$(BIN)" in commands else set()
    needs |= {need for text, need in USES.items() if any(text in name for name in used)}
    system = tools("scripts/install-system-packages")
    if used & system:
        needs.add("system")
    if used & (tools(SHIP_TOOLS) - system):
        needs.add(SHIP_TOOLS)
    if target == "run":
        needs = {"install"}  # the service needs none of the tools
    return needs - prepared(makefile, target)


TARGETS = sorted(
    target
    for target, (_, commands) in recipes(MAKEFILE).items()
    if re.search(r"\$\(BIN\)/(?:pytest|python|primeql|ruff|pre-commit)", commands)
)


def test_all_targets_are_looked_at() -> None:
    assert {"run", "test", "slow", "faults", "ship", "stack", "soak"} < set(TARGETS)
    assert {"check", "bench", "schema", "monitoring", "hooks"} < set(TARGETS)


@pytest.mark.parametrize("target", TARGETS)
def test_target_installs_what_it_uses(target: str) -> None:
    assert lacking(MAKEFILE, target) == set()


@pytest.mark.parametrize(
    ("target", "removed", "lacks"),
    [
        ("ship", " explorer", "explorer"),
        ("ship", "\t$(BIN)/python -m tests.clients.npm tests/ship\n", "npm tests/ship"),
        ("ship", "\tscripts/install-ship-tools\n", SHIP_TOOLS),
        ("ship", " system", "system"),
        ("test", " explorer", "explorer"),
        ("test", " system", "system"),
        ("test", "\t$(BIN)/python -m tests.clients.npm $(NPM_FOLDERS)\n", "npm tests/explorer"),
        ("test", "\t$(BIN)/python -m tests.clients.npm $(NPM_FOLDERS)\n", "npm tests/protocol"),
        ("bench", " system", "system"),
        ("stack", "\tscripts/install-ship-tools\n", SHIP_TOOLS),
        ("soak", " .venv/installed-dev", ENVIRONMENT),
    ],
)
def test_target_that_lacks_something_is_found(target: str, removed: str, lacks: str) -> None:
    rule = re.search(rf"^{target}:.*\n(?:\t.*\n)*", MAKEFILE, re.M)
    assert rule is not None
    assert removed in rule[0]
    assert lacks in lacking(MAKEFILE.replace(rule[0], rule[0].replace(removed, "", 1)), target)


def test_ci_runs_targets_alone() -> None:
    commands = (ROOT / ".ci" / "run").read_text().splitlines()
    lines = [line for line in commands if line and not line.startswith("#")]
    run = [line for line in lines if line.startswith("make ")]
    # Nothing is prepared beside the targets: what they lack would be hidden.
    assert [line for line in lines if line not in run] == [
        "set -euo pipefail",
        'cd "$(dirname "$0")/.."',
    ]
    assert {line.split()[1] for line in run} >= {"check", "test", "faults", "ship"}


def test_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python3"
    old.write_text(f"#!{sys.executable}\n{OLD_PYTHON}")
    old.chmod(0o755)
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "explorer").mkdir()
    done = subprocess.run(
        ["make", ".venv/bin/python"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=PROCESS_SECONDS,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed; python3 is 3.9.18" in done.stderr
    assert not (tmp_path / ".venv").exists()
