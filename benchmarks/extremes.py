"""Ask the service operations with extreme arguments, and count what comes of them.

``python -m benchmarks.extremes 200000 [SEED]`` asks most of them of the service in this process,
and every tenth of a server (`benchmarks.extremes_http`). It prints statuses and codes, and each
operation that raises, has no finite price, gets an error without a code or with that of an
unforeseen one, or a message that repeats too much of what was sent. It ends with status 1 if there
was any. Of the operations above ``MOST_POINTS`` one in so many runs that each takes, on average, as
much as one of that price; the others are only priced.
"""

import asyncio
import json
import math
import random
import sys
import time
from collections.abc import Iterator

from benchmarks.extreme_findings import ExtremeFindings
from benchmarks.extreme_operations import ExtremeOperation, ExtremeOperations
from benchmarks.extremes_http import asked_over_http
from primeql.operations.operation import Operation
from primeql.operations.operation_results import Answer
from primeql.operations.service import PrimeService
from primeql.settings import Settings

MOST_POINTS = 60
# Dearer ones take longer than a request may.
_HIGHEST_POINTS = 20_000
DEADLINE_MILLISECONDS = 5_000
_AT_ONCE = 4
_HTTP_SHARE = 10


class Extremes(ExtremeFindings):
    """What came of the operations asked of a service in this process."""

    def __init__(self, service: PrimeService, seed: int) -> None:
        super().__init__()
        self._service = service
        self._operations = ExtremeOperations(service.schema._schema, seed)
        self._random = random.Random(seed)

    async def ask(self, total: int) -> None:
        """Ask so many operations, a few at a time."""
        made = (self._operations.next() for _ in range(total))
        await asyncio.gather(*(self._ask_each(made) for _ in range(_AT_ONCE)))

    async def _ask_each(self, made: Iterator[ExtremeOperation]) -> None:
        for operation in made:
            try:
                await self._ask(operation)
            except Exception as error:  # what must not happen is what is looked for
                self.fault(f"raised {type(error).__name__}: {error}", operation)

    async def _ask(self, operation: ExtremeOperation) -> None:
        """Price one operation, run it if it is cheap, and look at its answer."""
        service = self._service
        arrival = service.arrival("extremes")
        prepared = await service.prepare(Operation(*operation), arrival)
        if isinstance(prepared, Answer):
            self._look_at(prepared, operation, "refused")
            return
        points = prepared.estimate.points
        if not math.isfinite(points) or points < 0:
            self.fault(f"price is {points}", operation)
        elif points > _HIGHEST_POINTS or self._random.random() * points > MOST_POINTS:
            self.counts["priced, not run"] += 1
        else:
            self._look_at(await service.run(prepared), operation, "run")

    def _look_at(self, answer: Answer, operation: ExtremeOperation, what: str) -> None:
        """Look at an answer as a client reads it."""
        self.counts[what] += 1
        self.look_at(answer.status, json.loads(answer.body), operation)


async def asked(total: int, seed: int) -> ExtremeFindings:
    """Return what came of so many operations."""
    service = PrimeService(Settings(workers=1, deadline_milliseconds=DEADLINE_MILLISECONDS))
    await service.start()
    try:
        extremes = Extremes(service, seed)
        await extremes.ask(total)
        return extremes
    finally:
        await service.close()


def _told(findings: ExtremeFindings, what: str, begun: float) -> int:
    """Print what was found; return how many faults there were."""
    for outcome, count in sorted(findings.counts.items()):
        print(f"{count:10,}  {outcome}")
    for fault in findings.faults[:100]:
        print(fault)
    seconds = time.perf_counter() - begun
    print(f"{what}: {len(findings.faults)} faults, {seconds:.0f} s", flush=True)
    return len(findings.faults)


def main() -> None:
    """Print what came of as many operations as the first argument says."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    # Of what is sent and what comes back, whatever its size.
    sys.set_int_max_str_digits(0)
    remote = total // _HTTP_SHARE
    begun = time.perf_counter()
    found = asyncio.run(asked(total - remote, seed))
    faults = _told(found, f"{total - remote:,} operations in this process, seed {seed}", begun)
    begun = time.perf_counter()
    found = asked_over_http(remote, seed)
    faults += _told(found, f"{remote:,} operations over HTTP, seed {seed}", begun)
    raise SystemExit(1 if faults else 0)


if __name__ == "__main__":
    main()
