"""The page in a real headless Chromium, against the real service.

``browser.js`` drives the page and reports what it saw; what it must have seen stands here.
Expected numbers come from sympy.
"""

import json
import re
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import httpx
import pytest
import sympy

from primeql.explorer import CONTENT_SECURITY_POLICY
from tests.server import RunningServer
from tests.waiting import PROCESS_SECONDS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
EXAMPLES = ["OneNumber", "BatchWithVariables", "RangeWithPaging", "Progression"]
SCENARIOS = ["first_visit", "examples", "typing", "completion", "documentation", "mistake"]
SCENARIOS += ["keyboard_only", "second_visit", "stopping", "broken_proxy", "dark"]
# Those in which something is made to fail.
TROUBLED = ["mistake", "stopping", "broken_proxy"]

Scenario: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def report(server: RunningServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Scenario]:
    """Drive the page through all scenarios, once for all tests."""
    assert (ROOT / "primeql/explorer_static/index.html").exists(), "build it first: make explorer"
    assert (HERE / "node_modules").exists(), "install first: npm ci --prefix tests/explorer"
    directory = tmp_path_factory.mktemp("browser")
    driven = subprocess.run(
        ["node", HERE / "browser.js", f"{server.url}/", directory],
        capture_output=True,
        check=False,
        text=True,
        timeout=PROCESS_SECONDS,
    )
    assert driven.returncode == 0, driven.stderr
    outcomes: dict[str, Scenario] = json.loads(driven.stdout)
    assert list(outcomes) == SCENARIOS
    return outcomes


@pytest.mark.parametrize("name", SCENARIOS)
def test_scenario_runs_to_its_end(report: dict[str, Scenario], name: str) -> None:
    assert "error" not in report[name], report[name]


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_asks_nothing_of_another_host(
    report: dict[str, Scenario], server: RunningServer, name: str
) -> None:
    assert report[name]["seen"]["hosts"] == [httpx.URL(server.url).netloc.decode()]


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_breaks_the_policy(report: dict[str, Scenario], name: str) -> None:
    complaints = report[name]["seen"]["complaints"]
    assert [complaint for complaint in complaints if complaint.startswith("policy")] == []


@pytest.mark.parametrize("name", [name for name in SCENARIOS if name not in TROUBLED])
def test_nothing_fails_and_nobody_complains(report: dict[str, Scenario], name: str) -> None:
    assert report[name]["seen"]["failures"] == []
    assert report[name]["seen"]["complaints"] == []


def test_first_visit_shows_the_examples_in_colour(report: dict[str, Scenario]) -> None:
    visit = report["first_visit"]
    assert visit["title"] == "Prime Math API"
    assert visit["policy"] == CONTENT_SECURITY_POLICY
    assert visit["tabs"] == EXAMPLES
    assert set(visit["fonts"]) == {"Roboto", "Fira Code"}
    assert len(visit["colours"]) >= 4
    assert min(visit["heights"]) > 300


def test_every_example_runs_without_an_error(report: dict[str, Scenario]) -> None:
    answers = report["examples"]["answers"]
    assert list(answers) == EXAMPLES
    assert [name for name in EXAMPLES if "errors" in answers[name]] == []
    assert report["examples"]["underlined"] == 0


def test_example_of_one_number_is_right(report: dict[str, Scenario]) -> None:
    n = 9007199254740993
    integer = report["examples"]["answers"]["OneNumber"]["data"]["integer"]
    assert integer["isPrime"] is sympy.isprime(n)
    factors = sympy.factorint(n)
    assert set(factors.values()) == {1}
    assert integer["factorization"]["expression"] == " * ".join(map(str, sorted(factors)))
    below = [sympy.prevprime(n)]
    below.append(sympy.prevprime(below[0]))
    assert integer["neighbours"]["below"] == [str(prime) for prime in below]
    assert integer["arithmetic"]["totient"] == str(sympy.totient(n))
    assert integer["divisors"]["nodes"] == [str(divisor) for divisor in sympy.divisors(n)[:5]]


def test_example_of_a_batch_is_right(report: dict[str, Scenario]) -> None:
    data = report["examples"]["answers"]["BatchWithVariables"]["data"]
    values = [97, 561, 2147483647, 600851475143, 18446744073709551557]
    assert data["arePrime"] == [sympy.isprime(n) for n in values]
    assert [integer["value"] for integer in data["integers"]] == [str(n) for n in values]
    next_primes = [str(sympy.nextprime(n)) for n in values]
    assert [integer["nextPrime"] for integer in data["integers"]] == next_primes
    # 2^31 - 1 is the eighth Mersenne prime: OEIS A000668.
    assert "MERSENNE" in data["integers"][2]["classes"]


def test_example_of_a_range_is_right(report: dict[str, Scenario]) -> None:
    data = report["examples"]["answers"]["RangeWithPaging"]["data"]["primeRange"]
    primes = list(sympy.primerange(1_000_000, 1_010_001))
    assert data["count"] == str(len(primes))
    assert data["primes"]["nodes"] == [str(prime) for prime in primes[:10]]
    assert data["primes"]["pageInfo"]["hasNextPage"] is True
    gaps = [after - prime for prime, after in pairwise(primes)]
    assert data["gaps"]["maximum"]["length"] == str(max(gaps))
    assert data["gaps"]["maximum"]["start"] == str(primes[gaps.index(max(gaps))])
    twins = [p for p, q in pairwise(primes) if q - p == 2]
    assert data["twins"]["totalCount"] == str(len(twins))
    assert data["twins"]["nodes"] == [{"primes": [str(p), str(p + 2)]} for p in twins[:3]]
    assert sum(bucket["count"] for bucket in data["histogram"]) == len(primes)


def test_example_of_progressions_is_right(report: dict[str, Scenario]) -> None:
    data = report["examples"]["answers"]["Progression"]["data"]
    assert [run["length"] for run in (data["ten"], data["twentySeven"])] == [10, 27]
    last, end = data["twentySeven"]["terms"][-1], data["twentySeven"]["endedBy"]
    assert (sympy.isprime(int(last)), sympy.isprime(int(end))) == (True, False)


def test_typed_query_shows_its_answer(report: dict[str, Scenario]) -> None:
    assert report["typing"]["answer"] == {"data": {"integer": {"isPrime": True}}}
    assert report["typing"]["tabs"] == len(EXAMPLES) + 1


def test_typing_offers_fields_to_complete(report: dict[str, Scenario]) -> None:
    assert report["completion"]["hints"][0] == "integer"
    assert "integers" in report["completion"]["hints"]
    assert report["completion"]["completed"] == "{ integer}"


def test_documentation_shows_what_the_schema_says(
    report: dict[str, Scenario], server: RunningServer
) -> None:
    query = '{ __type(name: "Query") { fields { name description args { name } } } }'
    answer = server.post(query).json()
    shown = words(report["documentation"]["ofQuery"])
    for field in answer["data"]["__type"]["fields"]:
        assert field["name"] in shown
        assert words(field["description"]) in shown
    shown = words(report["documentation"]["ofField"])
    assert "low BigInt" in shown
    assert "high BigInt" in shown


def words(text: str) -> str:
    """Return the text without what Markdown and line ends make of it."""
    return " ".join(re.findall(r"\w+", text))


def test_mistake_is_underlined_and_told(report: dict[str, Scenario]) -> None:
    (error,) = report["mistake"]["answer"]["errors"]
    assert "isPrim" in error["message"]


def test_keyboard_alone_reaches_the_editor_and_runs(report: dict[str, Scenario]) -> None:
    assert report["keyboard_only"]["answer"] == {"data": {"nthPrime": str(sympy.prime(25))}}


def test_second_visit_finds_the_tabs_and_the_history(report: dict[str, Scenario]) -> None:
    visit = report["second_visit"]
    assert visit["answer"] == {"data": {"primeCount": str(sympy.primepi(100))}}
    assert visit["tabs"] == ["Mine", *EXAMPLES[1:]]
    assert visit["query"] == "query Mine { primeCount(x: 100) }"
    assert visit["history"] == ["Mine"]


def test_stopping_hangs_up(report: dict[str, Scenario], server: RunningServer) -> None:
    assert report["stopping"]["seen"]["failures"] == [f"{server.url}/graphql: net::ERR_ABORTED"]


def test_answer_that_is_not_json_is_shown_as_it_came(report: dict[str, Scenario]) -> None:
    (error,) = report["broken_proxy"]["answer"]["errors"]
    assert "502" in error["message"]
    assert "<h1>Bad Gateway</h1>" in error["message"]


def test_dark_preference_darkens_the_page(report: dict[str, Scenario]) -> None:
    red, green, blue = map(int, re.findall(r"\d+", report["dark"]["background"])[:3])
    assert max(red, green, blue) < 100
