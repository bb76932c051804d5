"""The production checklist: every line as it was given, each with what shows it."""

import re
from pathlib import Path

import pytest

from scripts import checklist
from scripts.checklist import Line

ROOT = Path(__file__).parents[1]
ENTRIES = checklist.read_entries(checklist.DATA.read_text())
LINES = checklist.lines_of(ENTRIES)
OPERATIONS = sorted((ROOT / "docs" / "operations").glob("*.md"))


def test_every_line_stands_in_its_order_and_words() -> None:
    given = (ROOT / "tests/data/production-checklist.md").read_text().split("\n")
    kept = [
        entry if isinstance(entry, str) else f"{'' if entry.is_top else '  '}- [ ] {entry.text}"
        for entry in ENTRIES
    ]
    assert kept == [line for line in given if line.strip()]


def test_nothing_is_missing_and_most_is_proved() -> None:
    kinds = [line.kind for line in LINES]
    assert "missing" not in kinds
    assert all(line.proofs for line in LINES if line.kind in ("proved", "not-applicable"))


def test_page_is_made_of_the_lines() -> None:
    assert checklist.PAGE.read_text() == checklist.page_of(ENTRIES)


@pytest.mark.parametrize("proof", sorted({proof for line in LINES for proof in line.proofs}))
def test_proof_exists(proof: str) -> None:
    assert checklist.absent(proof) == ""


def test_only_an_organisation_signs() -> None:
    form = (ROOT / "docs/operations/forms.md").read_text()
    rows = re.findall(r"^\| (?!line|---)(.*?) \|.*\| *\|$", form, re.M)
    assert rows == [
        line.text.partition("** - ")[0].strip("*") for line in LINES if line.kind == "yours"
    ]


@pytest.mark.parametrize(
    ("proof", "fault"),
    [
        ("tests/test_nothing.py", "tests/test_nothing.py does not exist"),
        ("tests/test_checklist.py::test_nothing", "tests/test_checklist.py has no test_nothing"),
        ("docs/nothing.md", "docs/nothing.md does not exist"),
    ],
)
def test_proof_that_is_gone_is_found(proof: str, fault: str) -> None:
    assert checklist.absent(proof) == fault


def test_broken_proof_fails_exactly_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    proofs = ("docs/README.md", "$ false", "tests/ship/test_stack.py")
    lines = [Line(name, "section", "proved", "", (name,), False) for name in proofs]
    outcomes: dict[str, str | None] = {"docs/README.md": "", "$ false": "false: ", proofs[2]: None}
    assert [checklist.faults_of(line, outcomes) for line in lines] == [[], ["false: "], []]
    assert checklist.report(lines, outcomes) == 1
    assert capsys.readouterr().out.startswith("FAILED  section: $ false\n")


def test_command_that_fails_is_a_fault(tmp_path: Path) -> None:
    assert checklist.run_command(f"python {tmp_path / 'nothing.py'}") != ""
    assert checklist.run_command("python -c pass") == ""


def test_line_without_a_class_is_refused() -> None:
    with pytest.raises(ValueError, match="needs one of proved, ready"):
        checklist.read_entries("- line: x\n")


def test_no_database_driver_is_locked() -> None:
    names = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), re.M))
    drivers = {"psycopg", "psycopg2", "asyncpg", "mysqlclient", "pymysql", "pymongo", "sqlalchemy"}
    assert len(names) > 20
    assert names & drivers == set()
    assert "redis" in names


def test_threat_model_names_tests_that_exist() -> None:
    text = (ROOT / "docs/operations/threat-model.md").read_text()
    named = re.findall(r"`(tests/[\w/]+\.py)`", text)
    assert len(named) > 15
    assert [name for name in named if not (ROOT / name).is_file()] == []


@pytest.mark.parametrize("page", OPERATIONS, ids=lambda page: page.stem)
def test_pages_of_operations_name_what_exists(page: Path) -> None:
    text = page.read_text()
    assert text.startswith("# ")
    for script in re.findall(r"python -m (scripts\.\w+)", text):
        assert (ROOT / script.replace(".", "/")).with_suffix(".py").is_file(), script
    for name in re.findall(r"`(scripts/[\w-]+)`", text):
        assert (ROOT / name).is_file(), name
    settings = (ROOT / "docs/settings.md").read_text()
    for variable in re.findall(r"PRIMEQL_[A-Z_]+", text):
        if variable != "PRIMEQL_NAME_FILE":
            assert f"`{variable}`" in settings, variable
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
    assert set(re.findall(r"`make (\w+)`", text)) <= set(targets)


def test_every_page_of_operations_is_listed() -> None:
    listed = set(
        re.findall(r"\]\(([\w-]+\.md)\)", (ROOT / "docs/operations/README.md").read_text())
    )
    assert listed == {page.name for page in OPERATIONS} - {"README.md"}
