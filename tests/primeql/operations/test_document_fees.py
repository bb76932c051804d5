"""What documents cost to be read and to be refused, counted in points."""

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from execution.executor import Outcome, Phase
from primeql.operations.document_fees import DocumentFees, most_refused_points, refused_points
from primeql.operations.operation import Operation
from primeql.operations.request_errors import RequestError
from primeql.operations.service import PrimeService
from primeql.settings import Settings

POINTS = 10_000


class Purse:
    """A client with a bucket that never fills, and the fees of one request."""

    def __init__(self, points: int = POINTS) -> None:
        self.left = points
        self.fees = DocumentFees(self.pay, self.give_back, POINTS)

    async def pay(self, points: int) -> None:
        """Take points if there are so many."""
        if points > self.left:
            raise RequestError(f"{points} points are needed")
        self.left -= points

    def give_back(self, points: int) -> None:
        """Put points back."""
        self.left += points


def failed(phase: Phase, errors: int) -> Outcome:
    """Return the outcome of an operation that was refused for so many errors."""
    return Outcome(phase, None, [GraphQLError("wrong")] * errors)


@pytest.mark.parametrize(
    ("lengths", "cost"),
    [
        ([], 0),
        ([20], 0),
        ([200], 0),
        ([201], 1),
        ([250], 2),
        ([4_200], 100),
        ([100, 100], 5),
        ([20] * 50, 1 + 48 * 6),
        ([200] * 50, 49 * 10),
    ],
)
async def test_only_the_first_of_a_request_is_free(lengths: list[int], cost: int) -> None:
    purse = Purse()
    for length in lengths:
        await purse.fees.begin(length)
        purse.fees.end(0)
    assert purse.left == POINTS - cost


@pytest.mark.parametrize(
    ("phase", "errors", "length", "points"),
    [
        (Phase.PARSING, 1, 20, 5),
        (Phase.VALIDATION, 1, 20, 5),
        (Phase.OPERATION, 1, 20, 5),
        (Phase.VALIDATION, 3, 80, 15),
        (Phase.VALIDATION, 101, 250, 67),
        (Phase.VALIDATION, 101, 100_000, 500),
        (Phase.VARIABLES, 1, 100, 1),
        (Phase.VARIABLES, 51, 100, 13),
    ],
)
def test_each_error_is_paid_for(phase: Phase, errors: int, length: int, points: int) -> None:
    assert refused_points(failed(phase, errors), length) == points


@given(errors=st.integers(1, 200), length=st.integers(0, 10**6))
def test_what_is_held_is_enough(errors: int, length: int) -> None:
    assert refused_points(failed(Phase.VALIDATION, errors), length) <= most_refused_points(length)


async def test_nothing_is_read_for_a_client_who_could_not_pay_for_its_errors() -> None:
    purse = Purse(24)
    with pytest.raises(RequestError, match="25 points are needed"):
        await purse.fees.begin(80)
    assert purse.left == 24


async def test_who_has_nothing_may_ask_what_is_left() -> None:
    purse = Purse(0)
    await purse.fees.begin(len("{ rateLimit { cost limit remaining resetAt restoreRate } }"))
    purse.fees.end(0)
    with pytest.raises(RequestError):
        await purse.fees.begin(20)
    assert purse.left == 0


async def settled(service: PrimeService, purse: Purse, *operations: Operation) -> list[int]:
    """Return the points that are spent after each operation of a request."""
    arrival = service.arrival("test")
    spent = []
    for operation in operations:
        await service.prepare(operation, arrival, fees=purse.fees)
        spent.append(POINTS - purse.left)
    return spent


async def test_operations_are_paid_for_once_they_failed() -> None:
    service, purse = PrimeService(Settings()), Purse()
    number = "query ($n: BigInt!) { integer(value: $n) { isPrime } }"
    spent = await settled(
        service,
        purse,
        Operation("{ __typename }"),
        Operation("{ never }"),
        # Known to be invalid, it is not read again.
        Operation("{ never }"),
        Operation(number, {"n": "x"}),
        Operation(number, {"n": "7"}),
        Operation("{"),
    )
    assert spent == [0, 6, 11, 19, 19, 30]
