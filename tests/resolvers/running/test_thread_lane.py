"""Threads that compute what may be given up."""

import asyncio
import gc
import threading
from typing import Any

from engine.errors import DeadlineError
from engine.stop import Stop
from resolvers.running.fair_pool import Owner
from resolvers.running.task_timer import Meter
from resolvers.running.thread_lane import ThreadLane
from tests.waiting import WAIT_SECONDS, until

OWNER = Owner("client", "request")


async def test_what_is_given_up_is_no_error_that_nobody_has_seen() -> None:
    lane = ThreadLane(1, 10)
    begun, ended = threading.Event(), threading.Event()
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: complaints.append(told))

    def sweep(stop: Stop) -> None:
        begun.set()
        try:
            while True:
                stop.check()
        except DeadlineError:
            ended.set()
            raise

    task = asyncio.create_task(lane.run(OWNER, 1.0, Stop(), Meter(), sweep))
    assert await asyncio.to_thread(begun.wait, WAIT_SECONDS)
    task.cancel()
    await asyncio.wait({task})
    assert await asyncio.to_thread(ended.wait, WAIT_SECONDS)
    await until(lambda: not lane.busy, "a lane at rest")
    assert task.cancelled()
    # asyncio complains when the last that knows of the computation ends.
    del task
    gc.collect()
    await asyncio.sleep(0)
    await lane.close()
    assert complaints == []
