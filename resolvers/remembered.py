"""Answers as the texts that are remembered: sealed with what they answer, checked when read."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar

from resolvers import answer_codec
from resolvers.answer_shapes import Shape

T = TypeVar("T")

# Longer texts are not remembered: reading one would keep the event loop for too long.
MOST_CHARACTERS: Final = 1 << 18
SEAL_CHARACTERS: Final = 24

Single = Callable[..., Coroutine[Any, Any, Any]]


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked, and the points that it was charged."""

    shape: Shape[T]
    arguments: tuple[Any, ...]
    charge: float


@dataclass(frozen=True, slots=True)
class Kept(Generic[T]):
    """An answer that was remembered; it may be None."""

    answer: T


def written(question: Question[T], key: str, answer: T) -> str:
    """Return an answer as the text to remember under a key."""
    text = answer_codec.write(answer)
    return _seal(key, text) + text


async def read(question: Question[T], key: str, text: str, single: Single) -> Kept[T] | None:
    """Return the answer that a text holds; None if it holds none, or one that can not be right.

    Args:
        question: What was asked.
        key: Where the text was found.
        text: Anything.
        single: Runs the check where there is time for it, as ``RequestContext.single``.
    """
    seal, answer_text = text[:SEAL_CHARACTERS], text[SEAL_CHARACTERS:]
    if len(text) > MOST_CHARACTERS or seal != _seal(key, answer_text):
        return None
    try:
        answer: T = answer_codec.read(question.shape.reader, answer_text)
    except answer_codec.UnreadableError:
        return None
    cost = question.shape.check_cost(answer, *question.arguments)
    is_plausible = question.shape.is_plausible
    return Kept(answer) if await single(cost, is_plausible, answer, *question.arguments) else None


def _seal(key: str, text: str) -> str:
    """Return the digest that tells a text from one that was cut, changed or kept elsewhere."""
    digest = blake2b(f"{key}\n{text}".encode(errors="replace"), digest_size=SEAL_CHARACTERS // 2)
    return digest.hexdigest()
