"""Runs the proofs of the production checklist, and writes its page.

    python -m scripts.checklist            # what runs in a few minutes
    python -m scripts.checklist --all      # with what builds images and breaks servers
    python -m scripts.checklist --write    # docs/production-checklist.md

The lines stand in ops/checklist.yaml, each with what shows it. A proof is a test (FILE, or
FILE::TEST), a command ("$ ..."), or a page. A line fails when one of its proofs fails or no longer
exists.
"""

import argparse
import ast
import html
import shlex
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).parents[1]
DATA: Final = ROOT / "ops" / "checklist.yaml"
PAGE: Final = ROOT / "docs" / "production-checklist.md"
REPORT: Final = ROOT / "build" / "checklist.html"
CLASSES: Final = ("proved", "ready", "yours", "not-applicable", "missing")
# Tests that take long or need more than Python.
SLOW_FOLDERS: Final = ("tests/ship/", "tests/faults/")
COMMAND_SECONDS: Final = 600
INTRODUCTION: Final = """\
<!-- Made by python -m scripts.checklist --write from ops/checklist.yaml. -->

Each line says where it stands. *Proved*: `make checklist ALL=1` runs what shows it; without that,
single tests and commands run, and whole files and slow tests are only looked up. *Ready*: as far as
tools can test it; what is left to its owner follows. *Yours*: only an organisation can; the
[form](operations/forms.md) asks for the evidence. *Not applicable*: why.
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the checklist.

    Attributes:
        text: Its words.
        section: The heading above it.
        kind: One of ``CLASSES``.
        note: What is left to do, which evidence is asked for, or why it does not apply.
        proofs: What shows it, as far as anything does.
        is_top: Whether it stands at the left, as the lines to sign do.
    """

    text: str
    section: str
    kind: str
    note: str
    proofs: tuple[str, ...]
    is_top: bool


def read_entries(text: str) -> list[str | Line]:
    """Return the checklist in order: its own text as it stands, and its lines.

    Raises:
        ValueError: A line has no class, or several.
    """
    section, entries = "", list[str | Line]()
    for entry in yaml.safe_load(text):
        if "text" in entry:
            if entry["text"].startswith("#"):
                section = entry["text"].lstrip("# ")
            entries.append(entry["text"])
            continue
        kinds = [kind for kind in CLASSES if kind in entry]
        if len(kinds) != 1:
            raise ValueError(f"{entry['line']!r} needs one of {', '.join(CLASSES)}")
        value = entry[kinds[0]]
        is_proved = kinds[0] == "proved"
        proofs = value if is_proved else entry.get("tested", [])
        note = "" if is_proved else value
        is_top = entry.get("level") == 0
        entries.append(Line(entry["line"], section, kinds[0], note, tuple(proofs), is_top))
    return entries


def lines_of(entries: Iterable[str | Line]) -> list[Line]:
    """Return the lines alone."""
    return [entry for entry in entries if isinstance(entry, Line)]


def page_of(entries: Iterable[str | Line]) -> str:
    """Return the page: the checklist with what is known of each line below it."""
    written: list[str] = []
    for entry in entries:
        if isinstance(entry, Line):
            indent = "" if entry.is_top else "  "
            mark = "x" if entry.kind == "proved" else " "
            shown = ", ".join(map(_link, entry.proofs))
            parts = [part for part in (entry.note, shown) if part]
            written.append(f"{indent}- [{mark}] {entry.text}")
            written.append(f"{indent}  <br>*{entry.kind.replace('-', ' ')}*: {'; '.join(parts)}")
            continue
        if entry.startswith("#") and written:
            written.append("")
        written.append(entry)
        if entry.startswith("# "):
            written += ["", INTRODUCTION]
        elif entry.startswith("#"):
            written.append("")
    return "\n".join(written) + "\n"


def _link(proof: str) -> str:
    """Return a proof as it stands on the page."""
    if proof.startswith("$ "):
        return f"`{proof[2:]}`"
    path = proof.partition("::")[0]
    return f"[`{proof}`](../{path})" if path.endswith(".md") else f"`{proof}`"


def is_test(proof: str) -> bool:
    """Return whether a proof is a test, or a file of tests."""
    return proof.partition("::")[0].rpartition("/")[2].startswith("test_")


def is_slow(proof: str) -> bool:
    """Return whether a proof runs only if all are asked for, as whole files do."""
    return is_test(proof) and ("::" not in proof or proof.startswith(SLOW_FOLDERS))


def place_of(proof: str) -> tuple[str, int]:
    """Return the file of a test, and where in it the test stands: tests run in that order."""
    name, _, test = proof.partition("::")
    lines = (ROOT / name).read_text().split("\n")
    places = [place for place, line in enumerate(lines) if f"def {test}(" in line]
    return name, places[0] if test and places else 0


def absent(proof: str) -> str:
    """Return why a proof does not exist, or nothing."""
    if proof.startswith("$ "):
        return ""
    name, _, test = proof.partition("::")
    path = ROOT / name
    if not path.is_file():
        return f"{name} does not exist"
    if test:
        nodes = ast.walk(ast.parse(path.read_text()))
        functions = {
            node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        return "" if test in functions else f"{name} has no {test}"
    return "" if path.read_text().strip() else f"{name} is empty"


class _Outcomes:
    """Collects what pytest reports, by test."""

    def __init__(self) -> None:
        self.failed: set[str] = set()
        self.passed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the outcome of a phase of a test."""
        name = report.nodeid.partition("[")[0]
        if report.failed:
            self.failed.add(name)
        elif report.passed and report.when == "call":
            self.passed.add(name)


def run_tests(proofs: Iterable[str]) -> dict[str, str]:
    """Run tests in one go, and return for each proof why it failed, or nothing."""
    asked = sorted(set(proofs), key=place_of)
    if not asked:
        return {}
    outcomes = _Outcomes()
    options = ["-q", "-n", "2", "--dist", "loadfile", "-m", "not slow and not stack"]
    if any(proof.startswith("tests/ship/test_stack") for proof in asked):
        options[-1] = "not slow"
    pytest.main([*options, *asked], plugins=[outcomes])
    found = {}
    for proof in asked:
        own = {name for name in outcomes.failed if _belongs(name, proof)}
        if own:
            found[proof] = f"failed: {', '.join(sorted(own))}"
        elif not any(_belongs(name, proof) for name in outcomes.passed):
            found[proof] = "did not run"
        else:
            found[proof] = ""
    return found


def _belongs(name: str, proof: str) -> bool:
    """Return whether a test is what a proof names, or is in its file."""
    return name == proof or ("::" not in proof and name.startswith(f"{proof}::"))


def run_command(command: str) -> str:
    """Run a command of the project's environment; return why it failed, or nothing."""
    words = shlex.split(command)
    words[0] = str(Path(sys.executable).parent / words[0])
    done = subprocess.run(
        words, cwd=ROOT, capture_output=True, text=True, timeout=COMMAND_SECONDS, check=False
    )
    return "" if done.returncode == 0 else f"{command}: {(done.stdout + done.stderr)[-500:]}"


def check(lines: Iterable[Line], *, runs_all: bool) -> dict[str, str | None]:
    """Return for each proof why it failed; nothing if it passed, None if it was not run."""
    proofs = sorted({proof for line in lines for proof in line.proofs})
    found: dict[str, str | None] = {proof: absent(proof) for proof in proofs}
    there = [proof for proof in proofs if not found[proof]]
    skipped = [proof for proof in there if is_slow(proof) and not runs_all]
    found |= dict.fromkeys(skipped)
    found |= run_tests(proof for proof in there if is_test(proof) and proof not in skipped)
    found |= {proof: run_command(proof[2:]) for proof in there if proof.startswith("$ ")}
    return found


def faults_of(line: Line, outcomes: Mapping[str, str | None]) -> list[str]:
    """Return what is wrong with a line."""
    faults = [fault for proof in line.proofs if (fault := outcomes[proof])]
    if line.kind == "missing":
        faults.append(f"missing: {line.note}")
    return faults


def _html(lines: list[Line], outcomes: Mapping[str, str | None]) -> str:
    """Return the report as one page."""
    rows = []
    for line in sorted(lines, key=lambda line: not faults_of(line, outcomes)):
        faults = faults_of(line, outcomes)
        said = "; ".join(faults) or line.note
        cells = (line.section, line.text, line.kind, said, ", ".join(line.proofs))
        color = "#fdd" if faults else "#fff"
        row = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        rows.append(f'<tr style="background:{color}">{row}</tr>')
    head = "".join(f"<th>{name}</th>" for name in ("section", "line", "class", "note", "proofs"))
    counts = ", ".join(f"{count} {kind}" for kind, count in Counter(x.kind for x in lines).items())
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Production checklist</title>'
        f"<h1>Production checklist</h1><p>{counts}</p>"
        f"<table border=1 cellpadding=4><tr>{head}</tr>{''.join(rows)}</table></html>"
    )


def report(lines: list[Line], outcomes: Mapping[str, str | None]) -> int:
    """Print where the checklist stands, failures first; return how many lines fail."""
    failing = [(line, faults) for line in lines if (faults := faults_of(line, outcomes))]
    for line, faults in failing:
        print(f"FAILED  {line.section}: {line.text}\n        " + "\n        ".join(faults))
    sections: dict[str, Counter[str]] = {}
    for line in lines:
        sections.setdefault(line.section, Counter())[line.kind] += 1
    width = max(map(len, sections))
    print(" " * width, *(f"{kind:>14}" for kind in CLASSES))
    for section, counts in [*sections.items(), ("all", Counter(line.kind for line in lines))]:
        print(f"{section:<{width}}", *(f"{counts[kind]:>14}" for kind in CLASSES))
    left = sum(outcome is None for outcome in outcomes.values())
    print(f"{len(outcomes)} proofs, {left} not run (ALL=1 runs them); {len(failing)} lines fail")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text(_html(lines, outcomes))
    return len(failing)


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m scripts.checklist")
    parser.add_argument("--all", action="store_true", help="run what takes long, too")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} and run nothing")
    options = parser.parse_args(arguments)
    entries = read_entries(DATA.read_text())
    if options.write:
        PAGE.write_text(page_of(entries))
        return 0
    lines = lines_of(entries)
    return 1 if report(lines, check(lines, runs_all=options.all)) else 0


if __name__ == "__main__":
    sys.exit(main())
