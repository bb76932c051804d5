"""Marks of questions whose time ran out: what was found, and how much time it took.

Who asks again and has no more time than that is answered at once with what was found. A mark is
kept where the answer would be, here and where processes share answers.
"""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from resolvers.remembering import cache_entry
from resolvers.remembering.cache_entry import Asked, Single, written
from resolvers.remembering.signer import AnswerSeal

T = TypeVar("T")

# How long a mark counts: as long as a client may reasonably ask again and again.
MARK_SECONDS: Final = 600.0
# A request goes on with the work if it has so many times what was spent, and a moment more: less
# is the same deadline, met a little later.
MORE_TIME: Final = 1.1
MOMENT_SECONDS: Final = 0.1
# What the texts of marks begin with, and those of answers and leases do not.
_MARK: Final = "unfinished"


@dataclass(frozen=True, slots=True)
class Unfinished(Generic[T]):
    """What was found of an answer, and the seconds that its computation was given."""

    answer: T
    seconds: float

    def suffices(self, seconds: float) -> bool:
        """Return whether a computation that is given so many seconds would hardly find more."""
        return seconds <= self.seconds * MORE_TIME + MOMENT_SECONDS


def is_mark(text: str) -> bool:
    """Return whether a text that is kept of a question is a mark."""
    return text.startswith(_MARK)


def mark(unfinished: Unfinished[T], key: str, seal: AnswerSeal, now: float) -> str:
    """Return the text of a mark for a key, made now by the clock of the wall."""
    head = f"{_MARK} {now + MARK_SECONDS:.0f} {unfinished.seconds:.2f} "
    return head + written(unfinished.answer, key + head, seal)


async def read_mark(
    question: Asked[T], key: str, text: str, seal: AnswerSeal, single: Single, now: float
) -> Unfinished[T] | None:
    """Return what a mark tells; None if it is too old, or none that this service made.

    Args:
        question: What was asked.
        key: What the mark was made for.
        text: What ``is_mark``.
        seal: What its answer has to be under.
        single: Runs the check of the answer.
        now: The clock of the wall.
    """
    parts = text.split(" ", 3)
    if len(parts) < 4:
        return None
    head = text[: len(text) - len(parts[3])]
    kept = await cache_entry.read(question, key + head, parts[3], seal, single)
    # What was sealed is a head of this service's making.
    if kept is None or now >= float(parts[1]):
        return None
    return Unfinished(kept.answer, float(parts[2]))
