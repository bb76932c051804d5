"""Words that stay out of the project's own texts, and what to write instead."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INSTEAD = {
    "amiss": "wrong",
    "can not": "cannot",
    "dearest": "most expensive",
    "for ever": "permanently, without limit",
    "makes room": "is evicted",
    "mended": "corrected",
    "take leave": "remove",
    "to speak of": "negligible",
    "woven": "merged",
}
OWN = Path(__file__).name
TEXTS = (".py", ".md", ".yaml", ".yml", ".ts", ".tsx", ".graphql", ".toml", ".sh")


def unwanted(text: str) -> list[str]:
    """Return the unwanted words of a text; identifiers and line breaks are looked into."""
    words = re.sub(r"[\s_#*]+", " ", text.lower())
    return [word for word in INSTEAD if re.search(rf"\b{word}\b", words)]


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [ROOT / name for name in listed.split("\n") if name.endswith(TEXTS)]


def test_unwanted_words_stay_out() -> None:
    found = {
        str(path.relative_to(ROOT)): words
        for path in _tracked()
        if path.name != OWN and path.is_file() and (words := unwanted(path.read_text()))
    }
    assert found == {}, INSTEAD


@pytest.mark.parametrize(
    "text", ["It can\n    # not end.", "woven_later(rows)", "Nothing is amiss."]
)
def test_unwanted_word_is_found(text: str) -> None:
    assert len(unwanted(text)) == 1
