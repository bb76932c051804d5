"""How long a client will wait: read from a header, kept by a real server."""

import time

import httpx
import pytest

from middleware.limits.clients import Client
from middleware.limits.memory_budget import MemoryBudget
from middleware.limits.tier import ANONYMOUS, DEFAULT_TIERS
from middleware.limits.token_bucket import LocalBuckets, LocalBudget
from middleware.observability.request_record import RequestRecord
from primeql.endpoint.request_timeout import timeout_seconds
from primeql.operations.admission import Admission, CostMode
from primeql.operations.operation import Operation
from primeql.operations.request_errors import RequestError
from primeql.operations.service import Arrival, PrimeService
from tests.server import RunningServer

# Two primes of 45 digits (found with sympy.nextprime at 10^44 and e * 10^44).
HARD_90_DIGITS = (10**44 + 31) * (271_828_182_845_904_523_536_028_747_135_266_249_775_724_741)
HARD = f'{{ hard: integer(value: "{HARD_90_DIGITS}") {{ factorization {{ expression }} }} }}'
EASY = "{ integer(value: 97) { isPrime } }"


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 5.0),
        ("2", 2.0),
        ("2.5", 2.5),
        (" 0.25s ", 0.25),
        ("250ms", 0.25),
        ("250 ms", 0.25),
        ("5", 5.0),
        ("60", 5.0),
        ("999999999", 5.0),
    ],
)
def test_seconds_within_the_bound(header: str | None, seconds: float) -> None:
    assert timeout_seconds(header, 5.0) == seconds


@pytest.mark.parametrize(
    "header",
    ["", "0", "0.0", "0ms", "-1", "+1", "1e3", "inf", "nan", "1,5", "٣", "1m", "9" * 400, "1 2"],
)
def test_what_is_no_time_is_refused(header: str) -> None:
    with pytest.raises(RequestError, match="X-Request-Timeout"):
        timeout_seconds(header, 5.0)


def test_a_client_that_will_not_wait_gets_what_is_done(server: RunningServer) -> None:
    query = f"{{ easy: integer(value: 97) {{ isPrime }} {HARD[2:]}"
    response = httpx.post(
        f"{server.url}/graphql", json={"query": query}, headers={"X-Request-Timeout": "300ms"}
    )
    unsplit = {"expression": f"({HARD_90_DIGITS})"}
    assert response.json() == {
        "data": {"easy": {"isPrime": True}, "hard": {"factorization": unsplit}}
    }


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_bad_header_is_a_bad_request(server: RunningServer, method: str) -> None:
    asked = {"params": {"query": EASY}} if method == "GET" else {"json": {"query": EASY}}
    headers = {"X-Request-Timeout": "soon"}
    response = httpx.request(method, f"{server.url}/graphql", headers=headers, **asked)  # type: ignore[arg-type]  # two forms of one call
    (error,) = response.json()["errors"]
    assert response.status_code == 400
    assert error["extensions"] == {"code": "BAD_REQUEST"}


async def test_operations_of_a_batch_share_the_deadline_of_their_request(
    service: PrimeService,
) -> None:
    admission = Admission(service, LocalBudget(LocalBuckets()), MemoryBudget(1 << 20))
    client = Client("somebody", DEFAULT_TIERS[ANONYMOUS])
    late = Arrival("r1", time.monotonic(), client.tier.max_request_cost, RequestRecord("r1"))
    batch = [Operation(EASY)] * 3
    reply = await admission.answer(batch, client, CostMode.PLAIN, late)
    codes = [answer.response["errors"][0]["extensions"]["code"] for answer in reply.answers]
    assert codes == ["DEADLINE_EXCEEDED"] * 3
