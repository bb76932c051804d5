"""Reports costs to clients: prices, points used, and refusals for lack of points."""

import math
from collections.abc import Sequence
from typing import Any

from middleware.limits.tier import Tier
from middleware.limits.token_bucket import Taken
from primeql.operations.operation_results import Answer, refusal
from primeql.operations.request_errors import RequestError
from primeql.operations.service import PricedOperation
from resolvers.errors import ErrorCode
from resolvers.rate_limit import RateLimitStatus
from resolvers.running.request_accounting import AnswerNotes


def actual_points(points: int, notes: AnswerNotes) -> int:
    """Return the points charged for an operation: its price minus its unused points.

    It is never more than the price, even if the work took longer. It is never less than the work
    done, up to the price: the predictions of a factorization's stages can add up to more than the
    price.
    """
    used = max(0.0, notes.spent_points, points - notes.unused_points)
    return min(points, math.ceil(used))


def budget_status(taken: Taken, tier: Tier, points: int) -> RateLimitStatus:
    """Return a client's bucket for the field ``rateLimit``."""
    return RateLimitStatus(
        taken.limit, taken.remaining, tier.restore_rate, taken.reset_seconds, points
    )


def _throttle_status(tier: Tier, taken: Taken) -> dict[str, Any]:
    """Return the bucket as ``extensions.cost`` shows it."""
    return {
        "maximumAvailable": tier.points,
        "currentlyAvailable": taken.remaining,
        "restoreRate": tier.restore_rate,
    }


def valued(prepared: PricedOperation | Answer, tier: Tier, taken: Taken) -> Answer:
    """Return an answer with only the price of an operation."""
    if isinstance(prepared, Answer):
        return prepared
    cost = {
        "requestedQueryCost": prepared.points,
        "maximum": tier.max_request_cost,
        "rootFields": {name: math.ceil(points) for name, points in prepared.estimate.root_fields},
        "throttleStatus": _throttle_status(tier, taken),
    }
    return Answer({"extensions": {"cost": cost}}, ran=True, status=200, is_repeatable=False)


def reports(
    answers: Sequence[Answer],
    prepared: Sequence[PricedOperation | Answer],
    tier: Tier,
    taken: Taken,
    have_run: bool,
) -> list[Answer]:
    """Return the answers with their costs in ``extensions.cost``.

    An invalid operation has cost the fee for its refusal. One that was refused as too expensive has
    cost nothing.
    """
    reported = []
    for answer, one in zip(answers, prepared, strict=True):
        requested = actual = 0
        notes = AnswerNotes()
        if isinstance(one, PricedOperation):
            requested, notes = one.points, one.context.notes
            actual = actual_points(requested, notes) if have_run else 0
        else:
            requested = actual = one.fee
        cost = reported_cost(requested, actual, notes, tier, taken)
        reported.append(with_cost(answer, cost))
    return reported


def reported_cost(
    requested: int, actual: int, notes: AnswerNotes, tier: Tier, taken: Taken
) -> dict[str, Any]:
    """Return the content of ``extensions.cost``."""
    return {
        "requestedQueryCost": requested,
        "actualQueryCost": actual,
        "memory": {"hits": notes.memory_hits, "misses": notes.memory_misses},
        "throttleStatus": _throttle_status(tier, taken),
    }


def with_cost(answer: Answer, cost: dict[str, Any]) -> Answer:
    """Return the answer with ``extensions.cost``."""
    response = {**answer.response, "extensions": {"cost": cost}}
    return answer._replace(response=response, is_repeatable=False)


def too_dear(prepared: PricedOperation | Answer, points: int, tier: Tier) -> Answer:
    """Return the refusal of an operation whose price exceeds the limit of a request."""
    if isinstance(prepared, Answer):
        return prepared
    costliest = list(prepared.estimate.costliest)
    message = (
        f"this request costs at least {points:,} points, a request may cost"
        f" {tier.max_request_cost:,}; the most expensive field is {'.'.join(costliest)[:64]}"
    )
    cost = {"requested": points, "maximum": tier.max_request_cost, "path": costliest}
    return refusal(RequestError(message, 200, ErrorCode.COST_LIMIT_EXCEEDED), cost=cost)


def out_of_points_error(points: int, taken: Taken) -> RequestError:
    """Return the error of a client without enough points."""
    wait = max(1, math.ceil(taken.retry_after))
    message = f"{points:,} points are needed, {taken.remaining:,} are left; try again in {wait} s"
    return RequestError(message, 429, ErrorCode.RATE_LIMITED)


def out_of_points(points: int, taken: Taken) -> Answer:
    """Return the refusal of a request whose client has not enough points now."""
    cost = {"requested": points, "remaining": taken.remaining}
    return refusal(out_of_points_error(points, taken), cost=cost)
