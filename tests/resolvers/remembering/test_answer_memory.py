"""Expensive answers in one process: computed once for all who ask, remembered, within bounds."""

import asyncio
import logging
import sys
from typing import Any

import pytest

from engine.errors import CapacityError, DeadlineError
from resolvers.errors import ComputationLostError, OverloadedError
from resolvers.remembering.answer_memory import SHARED_POINTS, WORTH_SECONDS
from resolvers.remembering.answer_shapes import Shape
from resolvers.remembering.cache_entry import written
from resolvers.remembering.signer import AnswerSeal
from resolvers.remembering.single_flight import Flight
from tests.resolvers.memory_askers import (
    NUMBER,
    Computation,
    Someone,
    ask,
    impatient,
    memory_with,
    question,
)
from tests.waiting import WAIT_SECONDS


async def test_what_is_remembered_is_not_computed_again() -> None:
    memory, computation = memory_with(), Computation()
    assert [await ask(memory, computation, 5) for _ in range(3)] == [7, 7, 7]
    assert computation.begun == 1
    assert (memory.stats.misses, memory.stats.hits) == (1, 2)


@pytest.mark.parametrize("answer", [None, False, 0])
async def test_answers_that_look_like_nothing_are_remembered(answer: Any) -> None:
    shape: Shape[Any] = Shape("nothing", int | None if answer is not False else bool)
    memory, computation = memory_with(), Computation(answer)
    assert [await ask(memory, computation, shape=shape) for _ in range(2)] == [answer] * 2
    assert computation.begun == 1


async def test_other_arguments_and_functions_are_other_questions() -> None:
    memory, computation = memory_with(), Computation()
    for arguments in [(12,), (1, 2), (1, (2, 3)), ((1, 2), 3), (-12,)]:
        await ask(memory, computation, *arguments)
    await ask(memory, computation, 12, shape=Shape("other", int))
    assert computation.begun == 6


async def test_200_simultaneous_askers_compute_once_and_one_pays() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    askers = [Someone() for _ in range(200)]
    asked = [ask(memory, computation, 5, asker=asker) for asker in askers]
    await asyncio.sleep(0)
    computation.may_end.set()
    assert await asyncio.gather(*asked) == [7] * 200
    assert computation.begun == 1
    assert (memory.stats.misses, memory.stats.joins) == (1, 199)
    assert [asker.notes.memory_misses for asker in askers] == [1] + [0] * 199
    assert [asker.notes.memory_hits for asker in askers] == [0] + [1] * 199
    payer, other = askers[0].notes, askers[1].notes
    assert payer.spent_seconds == pytest.approx(0.01)
    assert payer.unused_points == pytest.approx(SHARED_POINTS - 100.0)
    assert (other.spent_seconds, other.unused_points) == (0, SHARED_POINTS)


async def test_who_gives_up_early_leaves_the_computation_to_the_others() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    early = ask(memory, computation, 5, asker=impatient(0.05))
    late = ask(memory, computation, 5)
    with pytest.raises(DeadlineError):
        await early
    gone = ask(memory, computation, 5)
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.wait({gone})
    computation.may_end.set()
    assert await late == 7
    assert (computation.begun, computation.cancelled) == (1, 0)


async def test_computation_ends_when_the_last_asker_hangs_up() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    asked = [ask(memory, computation, 5) for _ in range(3)]
    await asyncio.sleep(0.01)
    for one in asked[:2]:
        one.cancel()
    await asyncio.wait(asked[:2])
    assert computation.cancelled == 0
    asked[2].cancel()
    await asyncio.wait(asked[2:])
    assert (computation.begun, computation.cancelled) == (1, 1)
    # Whoever comes later does not wait for what was cancelled.
    computation.may_end.set()
    assert await ask(memory, computation, 5) == 7


async def test_computation_ends_with_the_deadline_of_the_last_asker() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    asked = [ask(memory, computation, 5, asker=impatient(s)) for s in (0.01, 0.05)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [DeadlineError] * 2
    assert computation.cancelled == 1


async def test_nothing_is_begun_after_the_deadline() -> None:
    memory, computation = memory_with(), Computation()
    with pytest.raises(DeadlineError):
        await ask(memory, computation, 5, asker=impatient(-1))
    assert computation.begun == 0


async def test_late_askers_get_what_is_known_so_far_and_only_the_rest_waits() -> None:
    memory, ended = memory_with(), asyncio.Event()

    async def compute(_asker: Someone, flight: Flight[int]) -> int:
        flight.partial = 3
        await ended.wait()
        return 7

    early, late = impatient(0.05), Someone()
    asked = [asyncio.create_task(memory.recall(one, question(5), compute)) for one in (early, late)]
    assert await asked[0] == 3
    assert not early.notes.is_repeatable
    ended.set()
    assert await asked[1] == 7
    assert late.notes.is_repeatable


async def test_errors_reach_all_who_wait_and_are_not_remembered() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    computation.error = CapacityError("out of reach")
    asked = [ask(memory, computation, 5) for _ in range(3)]
    await asyncio.sleep(0)
    computation.may_end.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [CapacityError] * 3
    computation.error = None
    assert await ask(memory, computation, 5) == 7


async def test_worker_that_dies_costs_the_answer_of_the_first_asker_only() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    computation.error = ComputationLostError("a worker process died")
    asked = [ask(memory, computation, 5) for _ in range(3)]
    await asyncio.sleep(0)
    computation.may_end.set()
    with pytest.raises(ComputationLostError):
        await asked[0]
    computation.error = None
    assert await asyncio.gather(*asked[1:]) == [7, 7]
    assert computation.begun == 2


async def test_client_that_is_refused_does_not_have_the_others_refused() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    computation.error = OverloadedError("too many of yours are waiting")
    asked = [ask(memory, computation, 5) for _ in range(3)]
    await asyncio.sleep(0)
    computation.may_end.set()
    with pytest.raises(OverloadedError):
        await asked[0]
    computation.error = None
    assert await asyncio.gather(*asked[1:]) == [7, 7]


async def test_a_question_that_kills_every_worker_is_tried_twice() -> None:
    memory, computation = memory_with(), Computation(is_slow=True)
    computation.error = ComputationLostError("a worker process died")
    asked = [ask(memory, computation, 5) for _ in range(50)]
    await asyncio.sleep(0)
    computation.may_end.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(answer, ComputationLostError) for answer in answers)
    assert computation.begun == 2


async def test_what_turned_out_cheap_is_not_remembered() -> None:
    memory = memory_with()

    async def compute(asker: Someone, _flight: Flight[int]) -> int:
        asker.notes.spent_seconds += WORTH_SECONDS / 2
        return 7

    for _ in range(2):
        assert await memory.recall(Someone(), question(5), compute) == 7
    assert (memory.stats.misses, memory.kept.entries) == (2, 0)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text + " ",
        lambda text: text.replace('"7"', '"8"'),
        lambda text: "x" * 10_000,
        lambda text: "[" * 10_000,
    ],
)
async def test_spoilt_texts_are_computed_again(
    spoil: Any, caplog: pytest.LogCaptureFixture
) -> None:
    memory, computation = memory_with(), Computation()
    await ask(memory, computation, 5)
    (key,) = memory.kept._sizes
    good = await memory.kept.get(key)
    await memory.kept.set(key, spoil(good))
    assert [await ask(memory, computation, 5) for _ in range(2)] == [7, 7]
    assert (computation.begun, memory.stats.rejected) == (2, 1)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


async def test_text_of_another_key_is_no_answer() -> None:
    memory, computation = memory_with(), Computation()
    await ask(memory, computation, 5)
    foreign = written(8, f"1.0.0:{NUMBER.key((6,))}", AnswerSeal())
    await memory.kept.set(f"1.0.0:{NUMBER.key((5,))}", foreign)
    assert await ask(memory, computation, 5) == 7
    assert memory.stats.rejected == 1


async def test_answers_that_cannot_be_right_are_computed_again() -> None:
    shape: Shape[int] = Shape("doubled", int, is_plausible=lambda answer, n: answer == 2 * n)
    memory = memory_with()
    assert await ask(memory, Computation(11), 5, shape=shape) == 11
    assert await ask(memory, Computation(10), 5, shape=shape) == 10
    assert await ask(memory, Computation(12), 5, shape=shape) == 10
    assert memory.stats.rejected == 1


async def test_complaints_about_texts_are_rare(caplog: pytest.LogCaptureFixture) -> None:
    memory, computation = memory_with(), Computation()
    for n in range(20):
        await memory.kept.set(f"1.0.0:{NUMBER.key((n,))}", "nonsense")
        await ask(memory, computation, n)
    assert memory.stats.rejected == 20
    assert len(caplog.records) == 1


async def test_more_answers_than_fit_keep_to_the_bound() -> None:
    bound = 1 << 20
    memory, computation = memory_with(max_bytes=bound), Computation(10**45)
    for n in range(10_000):
        await memory.recall(Someone(), question(n), computation)
        assert memory.kept.bytes_held <= bound
    held = sum(map(sys.getsizeof, [*memory.kept._cache, *memory.kept._cache.values()]))
    assert bound / 4 < held < bound
    assert memory.kept.entries == len(memory.kept._cache) > 1_000


async def test_least_recently_used_answers_make_room() -> None:
    memory, computation = memory_with(max_bytes=2_000), Computation()
    for n in (1, 2, 3):
        await ask(memory, computation, n)
        await ask(memory, computation, 1)
    assert computation.begun == 3
    for n in range(10):
        await ask(memory, computation, 100 + n)
        await ask(memory, computation, 1)
    assert computation.begun == 13
    await ask(memory, computation, 2)
    assert computation.begun == 14


async def test_answers_larger_than_the_memory_are_given_and_not_kept() -> None:
    memory, computation = memory_with(max_bytes=100), Computation()
    assert [await ask(memory, computation, 5) for _ in range(2)] == [7, 7]
    assert (computation.begun, memory.kept.bytes_held) == (2, 0)


async def test_who_comes_while_a_computation_is_being_cancelled_has_one_of_his_own() -> None:
    memory, computation = memory_with(), Computation()
    is_ending = asyncio.Event()

    async def ends_slowly(_asker: Someone, _flight: Flight[Any]) -> int:
        try:
            await asyncio.sleep(WAIT_SECONDS)
        finally:
            is_ending.set()
            # As a worker takes to be killed, or a sweep to see that it must stop.
            await asyncio.sleep(0.02)
        return 0

    first = asyncio.create_task(memory.recall(impatient(0.2), question(5), ends_slowly))
    await is_ending.wait()
    assert await ask(memory, computation, 5) == 7
    with pytest.raises(DeadlineError):
        await first
    assert await ask(memory, Computation(8), 5) == 7
