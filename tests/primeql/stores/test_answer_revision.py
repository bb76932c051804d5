"""What is remembered of answers goes when anything they are made by changes."""

import importlib
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from primeql import __version__
from primeql.stores.answer_revision import answer_revision


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    folder = tmp_path / "made_up_engine"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "inner" / "sums.py").write_text("def total(): return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "made_up_engine", raising=False)
    return importlib.import_module("made_up_engine")


def test_revision_is_that_of_the_program(package: ModuleType) -> None:
    revision = answer_revision((package,))
    assert revision.startswith(f"{__version__}-")
    assert answer_revision((package,)) == revision


@pytest.mark.parametrize("name", ["__init__.py", "inner/sums.py", "inner/new.py"])
def test_changed_file_changes_the_revision(package: ModuleType, name: str) -> None:
    before = answer_revision((package,))
    assert package.__file__ is not None
    (Path(package.__file__).parent / name).write_text("def total(): return 2\n")
    assert answer_revision((package,)) != before


def test_other_release_of_a_library_changes_the_revision(
    package: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = answer_revision((package,))
    monkeypatch.setattr(metadata, "version", lambda _name: "9.9.9")
    assert answer_revision((package,)) != before


def test_engine_is_part_of_the_revision(tmp_path: Path) -> None:
    assert answer_revision() != answer_revision(())
