"""The dashboard: as the script writes it, and every query right by promtool."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.make_dashboard import FILES, chosen, expressions, made
from tests.ops.stack import run_tool


def panels() -> list[dict[str, Any]]:
    """Return the panels of the committed dashboard, its rows left out."""
    content = json.loads(FILES[0].read_text())
    return [panel for panel in content["panels"] if panel["type"] != "row"]


@pytest.mark.parametrize("file", FILES, ids=str)
def test_the_file_is_what_the_script_writes(file: Path) -> None:
    assert file.read_text() == made()


def test_promtool_accepts_every_query(tmp_path: Path) -> None:
    queries = [target["expr"] for panel in panels() for target in panel["targets"]]
    assert sorted(queries) == sorted(map(chosen, expressions()))
    assert all('namespace=~"$namespace"' in query for query in queries)
    _check(queries, tmp_path)


def test_a_wrong_query_is_found(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="parse error"):
        _check(["sum(rate(primeql_operations_total[5m])"], tmp_path)


def _check(queries: list[str], folder: Path) -> None:
    """Let promtool check queries, as if they were recorded."""
    rules = [{"record": f"panel:{index}", "expr": query} for index, query in enumerate(queries)]
    path = folder / "panels.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))
    run_tool("promtool", "check", "rules", path)


def test_panels_have_titles_of_their_own_units_and_a_source_to_choose() -> None:
    titles = [panel["title"] for panel in panels()]
    assert len(titles) == len(set(titles)) > 20
    for panel in panels():
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["datasource"]["uid"] == "${datasource}"
