"""Ask the service in this process operations with extreme arguments, and count what comes of them.

``python -m benchmarks.extremes 200000 [SEED]`` prints statuses and codes, and each operation that
raises, has no finite price, or gets an error without a code or with that of an unforeseen one.
Operations of a higher price than ``MOST_POINTS`` are priced and not run.
"""

import asyncio
import json
import math
import re
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

from benchmarks.extreme_operations import ExtremeOperation, ExtremeOperations
from primeql.answers import Answer
from primeql.operations import Operation
from primeql.service import PrimeService
from primeql.settings import Settings

MOST_POINTS = 60
DEADLINE_MILLISECONDS = 500
_AT_ONCE = 8
_MOST_SHOWN = 400
# Words that a client never sent: names of Python's, powers as Python writes them, its constants.
NOT_FOR_CLIENTS = re.compile(
    r"\*\*|\b(?:None|True|False|Undefined|NoneType|TypeError|ValueError|OverflowError)\b"
    r"|\b[a-z]+_[a-z_]+\b|\b(?:Domain|Capacity|Deadline)Error\b|<class"
)


class Extremes:
    """What came of the operations asked so far.

    Attributes:
        counts: How often each outcome was seen.
        faults: What must not happen, with the operation it happened to.
    """

    def __init__(self, service: PrimeService, seed: int) -> None:
        """Count nothing yet."""
        self._service = service
        self._operations = ExtremeOperations(service.schema._schema, seed)
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    async def ask(self, total: int) -> None:
        """Ask so many operations, a few at a time."""
        made = (self._operations.next() for _ in range(total))
        await asyncio.gather(*(self._ask_each(made) for _ in range(_AT_ONCE)))

    async def _ask_each(self, made: Iterator[ExtremeOperation]) -> None:
        for operation in made:
            try:
                await self._ask(operation)
            except Exception as error:  # what must not happen is what is looked for
                self._fault(f"raised {type(error).__name__}: {error}", operation)

    async def _ask(self, operation: ExtremeOperation) -> None:
        """Price one operation, run it if it is cheap, and look at its answer."""
        service = self._service
        arrival = service.arrival("extremes")
        asked = Operation(operation.query, operation.variables)
        prepared = await service.prepare(asked, arrival)
        if isinstance(prepared, Answer):
            self._look_at(prepared, operation, "refused")
            return
        if not math.isfinite(prepared.estimate.points):
            self._fault("price is not finite", operation)
        if prepared.points > MOST_POINTS:
            self.counts["priced, not run"] += 1
            return
        self._look_at(await service.run(prepared), operation, "run")

    def _look_at(self, answer: Answer, operation: ExtremeOperation, what: str) -> None:
        """Count an answer's status and codes, and note what is wrong with them."""
        self.counts[what] += 1
        self.counts[f"status {answer.status}"] += 1
        if answer.status >= 500:
            self._fault(f"status {answer.status}", operation)
        body: dict[str, Any] = json.loads(answer.body)
        for error in body.get("errors", ()):
            code = error.get("extensions", {}).get("code")
            self.counts[f"code {code}"] += 1
            if code is None or code == "INTERNAL_SERVER_ERROR":
                self._fault(f"code {code}: {error['message']}", operation)
            # What the client named itself stands in quotes.
            if NOT_FOR_CLIENTS.search(re.sub(r'"[^"]*"|\'[^\']*\'', "", error["message"])):
                self._fault(f"message: {error['message']}", operation)

    def _fault(self, what: str, operation: ExtremeOperation) -> None:
        """Note what must not happen."""
        self.counts["faults"] += 1
        shown = f"{operation.query[:_MOST_SHOWN]} {str(operation.variables)[:_MOST_SHOWN]}"
        self.faults.append(f"{what[:_MOST_SHOWN]}\n    {shown}")


async def asked(total: int, seed: int) -> Extremes:
    """Return what came of so many operations."""
    sys.set_int_max_str_digits(0)
    service = PrimeService(Settings(workers=1, deadline_milliseconds=DEADLINE_MILLISECONDS))
    await service.start()
    try:
        extremes = Extremes(service, seed)
        await extremes.ask(total)
        return extremes
    finally:
        await service.close()


def main() -> None:
    """Print what came of as many operations as the first argument says."""
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    extremes = asyncio.run(asked(total, seed))
    for outcome, count in sorted(extremes.counts.items()):
        print(f"{count:10,}  {outcome}")
    for fault in extremes.faults[:100]:
        print(fault)
    print(f"{total:,} operations, seed {seed}: {len(extremes.faults)} faults")


if __name__ == "__main__":
    main()
