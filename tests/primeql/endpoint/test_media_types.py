"""Content negotiation, by the rules of RFC 9110."""

import pytest

from primeql.endpoint.media_types import GRAPHQL_JSON, JSON, negotiate


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        ("application/json", JSON),
        ("APPLICATION/JSON", JSON),
        ("application/json; charset=utf-8", JSON),
        ('application/json; charset="UTF-8"', JSON),
        ("application/graphql-response+json", GRAPHQL_JSON),
        ("application/graphql-response+json, application/json", GRAPHQL_JSON),
        ("application/json, application/graphql-response+json", GRAPHQL_JSON),
        ("application/graphql-response+json;q=0.5, application/json", JSON),
        ("application/graphql-response+json, application/json;q=0.9", GRAPHQL_JSON),
        ("application/graphql-response+json;q=0.1, */*;q=0.9", JSON),
        ("application/json;q=0, */*", GRAPHQL_JSON),
        ("application/json;q=0, application/graphql-response+json", GRAPHQL_JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON),
        ("text/html", None),
        ("application/xml;q=1", None),
        ("application/json; charset=iso-8859-1", None),
        ("application/json;q=0.0", None),
        ("application/json;q=nonsense", None),
        (";;;,,,q=", None),
    ],
)
def test_negotiate(accept: str | None, media_type: str | None) -> None:
    assert negotiate(accept) == media_type
