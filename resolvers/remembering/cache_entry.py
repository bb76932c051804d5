"""Answers as the texts that are remembered: sealed with what they answer, checked when read."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from resolvers.remembering import answer_codec
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.signer import AnswerSeal

T = TypeVar("T")

# Longer texts are not remembered: reading one would keep the event loop for too long.
MOST_CHARACTERS: Final = 1 << 18

Single = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """What is asked, and the points that it was charged."""

    shape: Shape[T]
    arguments: tuple[Any, ...]
    charge: float


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """An answer that was remembered; it may be None."""

    answer: T


def written(answer: Any, key: str, seal: AnswerSeal) -> str:
    """Return an answer as the text to remember under a key."""
    return seal.sealed(key, answer_codec.write(answer))


async def read(
    question: Asked[T], key: str, text: str, seal: AnswerSeal, single: Single
) -> Kept[T] | None:
    """Return the answer that a text holds; None if it holds none, or one that cannot be right.

    Args:
        question: What was asked.
        key: Where the text was found.
        text: Anything.
        seal: What it has to be under.
        single: Runs the check where there is time for it, as ``RequestContext.single``.
    """
    answer_text = seal.opened(key, text) if len(text) <= MOST_CHARACTERS else None
    if answer_text is None:
        return None
    try:
        answer: T = answer_codec.read(question.shape.reader, answer_text)
    except answer_codec.UnreadableError:
        return None
    cost = question.shape.check_cost(answer, *question.arguments)
    is_plausible = question.shape.is_plausible
    return Kept(answer) if await single(cost, is_plausible, answer, *question.arguments) else None
