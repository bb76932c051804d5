"""The README says what is true: its queries give its answers, and its clients run."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Ask
from tests.server import RunningServer
from tests.waiting import PROCESS_SECONDS

README = (Path(__file__).parents[1] / "README.md").read_text()
EXAMPLES = re.findall(r"```graphql\n(.*?)```\n```json\n(.*?)```", README, re.DOTALL)


def _code(language: str) -> str:
    (code,) = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    assert isinstance(code, str)
    return code


def test_has_five_queries_with_answers() -> None:
    assert len(EXAMPLES) == README.count("```graphql") == 5


@pytest.mark.parametrize(("query", "answer"), EXAMPLES, ids=range(len(EXAMPLES)))
async def test_query_gives_its_answer(ask: Ask, query: str, answer: str) -> None:
    assert await ask(query) == json.loads(answer)


@pytest.mark.parametrize(
    ("language", "command", "printed"),
    [
        (
            "python",
            [sys.executable, "-c"],
            "1000000000000000000 = 2^18 * 5^18\n"
            "1000000000000000001 = 101 * 9901 * 999999000001\n"
            "1000000000000000002 = 2 * 3 * 17 * 131 * 1427 * 52445056723\n",
        ),
        ("js", ["node", "--input-type=module", "-e"], "72n\n"),
    ],
)
def test_client_runs(
    server: RunningServer, language: str, command: list[str], printed: str
) -> None:
    code = _code(language)
    assert len(code.strip().splitlines()) <= 11
    assert "http://localhost:8000" in code
    code = code.replace("http://localhost:8000", server.url)
    done = subprocess.run(
        [*command, code], capture_output=True, text=True, timeout=PROCESS_SECONDS, check=False
    )
    assert (done.stdout, done.returncode) == (printed, 0), done.stderr
