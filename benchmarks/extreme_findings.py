"""What came of operations with extreme arguments, and what must not come of any."""

import re
from collections import Counter
from collections.abc import Collection
from typing import Any

from benchmarks.extreme_operations import ExtremeOperation
from resolvers.errors import MAX_ECHO

_MOST_SHOWN = 400
# Words that a client never sent: names of Python's, powers as Python writes them, its constants.
NOT_FOR_CLIENTS = re.compile(
    r"\*\*|\b(?:None|True|False|Undefined|NoneType|TypeError|ValueError|OverflowError)\b"
    r"|\b[a-z]+_[a-z_]+\b|\b(?:Domain|Capacity|Deadline)Error\b|<class"
)
# The client's, with what was cut off its end.
_QUOTED = re.compile(r"\"[^\"]*(?:\"|…$)|'[^']*(?:'|…$)")
# What is only priced has nothing but extensions.
_PARTS = ("data", "errors", "extensions")
_OTHERS = re.compile(r"[\W_]+")
_UNFORESEEN = (None, "INTERNAL_SERVER_ERROR")
# A word or two before a value in a message may stand before it in the document, too.
_MOST_SHARED = MAX_ECHO + 16
# A piece of more than a message may repeat has a whole one of the blocks that the message has.
_BLOCK = (_MOST_SHARED + 1) // 2


class ExtremeFindings:
    """What came of the operations so far.

    Attributes:
        counts: How often each outcome was seen.
        faults: What must not happen, with the operation it happened to.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    def look_at(self, status: int, response: dict[str, Any], operation: ExtremeOperation) -> None:
        """Count the status and the codes of a response, and note what is wrong with them."""
        self.counts[f"status {status}"] += 1
        if status >= 500:
            self.fault(f"status {status}", operation)
        if response.keys().isdisjoint(_PARTS):
            self.fault("not a response of GraphQL", operation)
        for error in response.get("errors", ()):
            code = error.get("extensions", {}).get("code")
            self.counts[f"code {code}"] += 1
            if code in _UNFORESEEN:
                self.fault(f"code {code}: {error['message']}", operation)
            # What the client named itself stands in quotes.
            if NOT_FOR_CLIENTS.search(_QUOTED.sub("", error["message"])):
                self.fault(f"message: {error['message']}", operation)
        messages = {error["message"] for error in response.get("errors", ())}
        for message in repeating(messages, operation):
            self.fault(f"repeats too much: {message}", operation)

    def fault(self, what: str, operation: ExtremeOperation) -> None:
        """Note what must not happen."""
        self.counts["faults"] += 1
        shown = f"{operation.query[:_MOST_SHOWN]} {str(operation.variables)[:_MOST_SHOWN]}"
        self.faults.append(f"{what[:_MOST_SHOWN]}\n    {shown}")


def repeating(messages: Collection[str], operation: ExtremeOperation) -> list[str]:
    """Return the messages that repeat more of what a client sent than they may.

    Only letters and digits are compared: a printed list or object is spaced otherwise.
    """
    long = [message for message in messages if len(message) > MAX_ECHO]
    if not long:
        return []
    sent = _letters(f"{operation.query}{operation.variables}{operation.operation_name}")
    return [message for message in long if _shares_much(_letters(message), sent)]


def _letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return _OTHERS.sub("", text)


def _shares_much(message: str, sent: str) -> bool:
    """Return whether so many characters of a message are those sent, in the same order."""
    starts = range(0, len(message) - _BLOCK + 1, _BLOCK)
    if not any(message[start : start + _BLOCK] in sent for start in starts):
        return False
    size = _MOST_SHARED + 1
    pieces = (message[start : start + size] for start in range(len(message) - size + 1))
    return any(piece in sent for piece in pieces)
