"""Questions whose time ran out are not computed again for whoever has no more time."""

import dataclasses
import time

import pytest

from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.unfinished import MARK_SECONDS, Unfinished, is_mark, mark, read_mark
from tests.resolvers.memory_askers import Computation, Someone, ask, memory_with, question

# Negative numbers stand for answers that ended where their time did.
GUESS: Shape[int] = Shape("guess", int, is_final=lambda answer: answer >= 0)


def patient(seconds: float) -> Someone:
    """Return an asker who has so much time."""
    return Someone(time.monotonic() + seconds)


class WallClock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1e9

    def __call__(self) -> float:
        """Return the time."""
        return self.now


async def test_unfinished_answer_is_not_computed_again() -> None:
    memory, computation = memory_with(), Computation(-5)
    for _ in range(3):
        asker = patient(1000)
        assert await ask(memory, computation, 5, asker=asker, shape=GUESS) == -5
    assert computation.begun == 1
    assert not asker.notes.is_repeatable
    assert asker.notes.unused_points > 0
    assert (memory.stats.hits, memory.stats.rejected) == (2, 0)


async def test_more_time_goes_on_from_what_is_known() -> None:
    memory, first, second = memory_with(), Computation(-5), Computation(7)
    known: list[int | None] = []

    async def go_on(asker: Someone, flight: object) -> int:
        known.append(flight.partial)  # type: ignore[attr-defined]  # a Flight
        return await second(asker, flight)  # type: ignore[arg-type, no-any-return]

    await ask(memory, first, 5, asker=patient(1000), shape=GUESS)
    more = memory.recall(patient(2000), question(5, shape=GUESS), go_on)
    assert await more == 7
    assert known == [-5]
    assert await ask(memory, first, 5, asker=patient(1000), shape=GUESS) == 7
    assert (first.begun, second.begun) == (1, 1)


async def test_mark_grows_old() -> None:
    clock = WallClock()
    memory, computation = memory_with(clock=clock), Computation(-5)
    await ask(memory, computation, 5, asker=patient(1000), shape=GUESS)
    clock.now += MARK_SECONDS - 1
    await ask(memory, computation, 5, asker=patient(1000), shape=GUESS)
    assert computation.begun == 1
    clock.now += 2
    await ask(memory, computation, 5, asker=patient(1000), shape=GUESS)
    assert computation.begun == 2


async def test_time_spent_in_a_queue_does_not_count() -> None:
    memory, computation = memory_with(), Computation(-5)

    async def wait(asker: Someone, flight: object) -> int:
        asker.notes.queue_seconds += 900
        return await computation(asker, flight)  # type: ignore[arg-type, no-any-return]

    for _ in range(2):
        await memory.recall(patient(1000), question(5, shape=GUESS), wait)
    assert computation.begun == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("unfinished 1", "unfinished 9"),
        lambda text: text.replace(" 5.00 ", " 50000.00 "),
        lambda text: text[:-1],
        lambda text: "unfinished",
        lambda text: "unfinished x y z",
    ],
)
async def test_marks_that_someone_else_made_are_not_read(change: object) -> None:
    seal, asked = AnswerSeal("secret"), question(5, shape=GUESS)
    unfinished = Unfinished(-5, 5.0)
    text = mark(unfinished, "key", seal, 1e9)
    assert is_mark(text)
    assert await read_mark(asked, "key", text, seal, Someone().single, 1e9) == unfinished
    changed = change(text)  # type: ignore[operator]
    assert await read_mark(asked, "key", changed, seal, Someone().single, 1e9) is None
    assert await read_mark(asked, "other", text, seal, Someone().single, 1e9) is None


def test_more_time_is_more_than_the_same_deadline() -> None:
    unfinished = Unfinished(-5, 5.0)
    assert unfinished.suffices(5.01)
    assert unfinished.suffices(0.1)
    assert not unfinished.suffices(10)
    assert dataclasses.replace(unfinished, seconds=10).suffices(10)
