"""What clients are told of their budget, as the drafts and RFCs spell it."""

import re

import pytest

from middleware.limits.rate_limit_headers import EXPOSED_HEADERS, budget_headers
from middleware.limits.tier import DEFAULT_TIERS, Tier
from middleware.limits.token_bucket import Taken

ANONYMOUS = DEFAULT_TIERS["anonymous"]
# RFC 9651: an item that is a string, with parameters that are integers or strings.
ITEM = re.compile(r'"[a-z]+"(;[a-z]+=(0|[1-9][0-9]{0,14}|"[a-z-]+"))+')


def test_answer_tells_what_is_left() -> None:
    assert budget_headers(Taken(True, 60_000, 42_017, 17.983, 0.0), ANONYMOUS) == {
        b"x-ratelimit-limit": b"60000",
        b"x-ratelimit-remaining": b"42017",
        b"x-ratelimit-reset": b"18",
        b"ratelimit-policy": b'"points";q=60000;qu="points";w=60',
        b"ratelimit": b'"points";r=42017;t=18',
    }


def test_refusal_tells_when_to_come_back() -> None:
    assert budget_headers(Taken(False, 60_000, 500, 59.5, 2.1), ANONYMOUS) == {
        b"x-ratelimit-limit": b"60000",
        b"x-ratelimit-remaining": b"500",
        b"x-ratelimit-reset": b"60",
        b"ratelimit-policy": b'"points";q=60000;qu="points";w=60',
        b"ratelimit": b'"points";r=500;t=3',
        b"retry-after": b"3",
    }


def test_nobody_is_told_to_come_back_at_once() -> None:
    headers = budget_headers(Taken(False, 60_000, 500, 59.5, 0.0001), ANONYMOUS)
    assert headers[b"retry-after"] == b"1"


@pytest.mark.parametrize("tier", DEFAULT_TIERS.values(), ids=DEFAULT_TIERS.keys())
def test_fields_are_structured(tier: Tier) -> None:
    headers = budget_headers(Taken(False, tier.points, 0, 1e9, 1e9), tier)
    assert all(
        ITEM.fullmatch(headers[name].decode()) for name in (b"ratelimit", b"ratelimit-policy")
    )
    assert {name.decode() for name in headers} == {name.lower() for name in EXPOSED_HEADERS}
