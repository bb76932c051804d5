"""Where in a document its errors are, found in time that does not multiply."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable

from graphql import DocumentNode, GraphQLError, SourceLocation, Token

_LINE_TERMINATOR = re.compile(r"\r\n|[\n\r]")


def release_text(document: DocumentNode) -> None:
    """Take the text away from a parsed document, so that its errors are made in constant time.

    While an error is made, graphql-core counts the lines before it, from the start of the text:
    10,000 errors in a document of 10,000 lines would be 12 seconds. Nothing else reads the text
    once it is parsed. ``locate_errors`` gives the errors the locations that they should have.

    The tokens are parted from each other too. As a list linked both ways they would all stay as
    long as the document, a fifth of its memory, and end only when the collector finds them.
    """
    if document.loc is None:
        return
    document.loc.source.body = ""
    token: Token | None = document.loc.start_token
    while token is not None:
        following = token.next
        token.prev = token.next = None
        token = following


def locate_errors(
    errors: Iterable[GraphQLError], text: str, shift: Callable[[int], int] | None = None
) -> None:
    """Set the locations of errors in a document, in its validation or its execution.

    Args:
        errors: What graphql-core found; located again they stay the same.
        text: What the document was parsed from, or one that shares it.
        shift: Returns where in the text a position of the document is, if it shares it.

    Cost: linear in the text and in the errors; nothing if there are none.
    """
    locate = locator(text, shift)
    for error in errors:
        locate(error)


def locator(text: str, shift: Callable[[int], int] | None = None) -> Callable[[GraphQLError], None]:
    """Return what sets the locations of one error as ``locate_errors`` does.

    Cost: linear in the text for the first error that has a place in it.
    """
    line_starts: list[int] = []

    def locate(error: GraphQLError) -> None:
        if error.positions:
            if not line_starts:
                line_starts.append(0)
                line_starts.extend(match.end() for match in _LINE_TERMINATOR.finditer(text))
            positions = map(shift, error.positions) if shift else error.positions
            error.locations = [_location(position, line_starts) for position in positions]

    return locate


def _location(position: int, line_starts: list[int]) -> SourceLocation:
    """Return the line and the column of a position in the text, both counted from 1."""
    line = bisect_right(line_starts, position)
    return SourceLocation(line, position + 1 - line_starts[line - 1])
