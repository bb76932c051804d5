"""Documents that begin as a known one does: batches of fewer aliases share the plan of a longer.

A document is a beginning of another if it is the same text, but for numbers, up to the end of one
of the other's root fields, and ends its operation there. So its tokens are those of the other, and
its syntax tree is the other's with fewer root fields. What is valid of the other is valid of it
where there is one operation and neither fragment, variable nor directive: no rule asks for a field
to be there, and no limit for more of anything.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from graphql import DocumentNode

from execution.documents import DocumentCache
from execution.literals import Cut

# Characters by which a key tells which longer one it may be a beginning of.
_HEAD = 64
# Keys shorter than this are read as quickly.
_SHORT = 500
# What GraphQL ignores beside comments, and may stand between the last field and the brace.
_IGNORED = " \n\r\t,"
# Of variables and directives; a text may have them in its strings too, and is then left alone.
_REFUSED = frozenset("$@")


class Beginnings:
    """Finds the key that another may be a beginning of: the last one long enough with its head.

    Args:
        max_bytes: Memory for keys.
    """

    def __init__(self, max_bytes: int) -> None:
        """Know no key yet."""
        self._keys: DocumentCache[str] = DocumentCache(max_bytes)

    def note(self, key: str) -> None:
        """Remember a key that is a beginning of no other."""
        if len(key) >= _SHORT and _REFUSED.isdisjoint(key):
            self._keys.keep(key[:_HEAD], key, len(key))

    def longer(self, key: str) -> str | None:
        """Return a key that another may be a beginning of; from any thread."""
        if len(key) < _SHORT:
            return None
        known = self._keys.peek(key[:_HEAD])
        return known if known is not None and len(known) > len(key) else None


def field_ends(text: Cut, document: DocumentNode) -> list[int]:
    """Return where in the key of a text each root field of its operation ends.

    Returns:
        Nothing if the document has more than one operation.
    """
    operation: Any = document.definitions[0]
    if len(document.definitions) != 1:
        return []
    # Where numbers start in the key, and how much of the text is missing there before each.
    places = list(accumulate((len(part) + 1 for part in text.parts[:-1]), initial=0))
    missing = list(accumulate((len(number) - 1 for number in text.numbers), initial=0))
    starts = [place - 1 + gone for place, gone in zip(places[1:], missing, strict=False)]
    ends = []
    for node in operation.selection_set.selections:
        before = bisect_left(starts, node.loc.end)
        ends.append(node.loc.end - missing[before])
    return ends


def fields_begun(key: str, known: str, ends: Sequence[int]) -> int:
    """Return how many root fields of a known document another has, 0 if it is no beginning.

    Args:
        key: Of the other text.
        known: Of the known document.
        ends: Of its root fields, in its key.
    """
    rest = key.rstrip(_IGNORED)
    if not rest.endswith("}"):
        return 0
    end = len(rest[:-1].rstrip(_IGNORED))
    number = bisect_left(ends, end)
    if number == len(ends) or ends[number] != end or not known.startswith(key[:end]):
        return 0
    return number + 1
