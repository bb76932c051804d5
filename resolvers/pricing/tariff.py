"""What it costs to run a question at all: the executor, the encoder and the way to a worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resolvers.limits import Limits
from resolvers.pace import Pace
from resolvers.running.compute import LOOP_POINTS

Priced = tuple[float, Sequence[tuple[Any, float]]]
"""The points of one field, and the states of what it returns, each with how often it is there."""

# A sweep up to here is a look into a table, which is predicted at once.
TABLE_POINTS = 0.25
# How often a cost is predicted to find what would be within reach, mostly.
_REACHING = 8
# Bits of the integers of an array, and of those that are short.
_WORD_BITS = 64

NOTHING: Sequence[tuple[Any, float]] = ()


@dataclass(frozen=True, slots=True)
class Overheads:
    """Points of what is done around the engine; ``python -m benchmarks.bench_cost fit`` finds them.

    Attributes:
        request: To start and end an execution.
        field: A field that is read off an object at hand.
        asked: A field that takes arguments, beside what it takes without.
        group: A field at all, of however many objects, which are resolved together.
        waiting: A field whose resolvers are awaited at all.
        computed: A field of one object whose resolver is awaited.
        column: A field of one object that one call answers for all of them.
        object: An object in a list, with its own execution and braces.
        list: A list in an object that may be one of many.
        element: An integer in a list.
        array: An integer of at most 64 bits in an array, its digits, its sending and a share of
            what compressing it takes, which is one to two times as much.
        bit: To write one bit of a word in decimal, or to read it.
        long_bit: The same of a longer integer.
        bit_squared: The same for the square of its bits.
        value: To coerce an integer of a list of values.
        long_value: What one above 64 bits takes beside that.
        values: To read a list of values at all.
        process: To hand a question to a worker process and take its answer.
        thread: To hand a question to a thread and take its answer.
        asking: To predict the cost of a sweep, once more when it runs.
        error: To report that a field is refused.
    """

    request: float = 0.08
    field: float = 0.0015
    asked: float = 0.001
    group: float = 0.075
    waiting: float = 0.1
    computed: float = 0.13
    column: float = 0.0008
    object: float = 0.0048
    list: float = 0.008
    element: float = 0.001
    array: float = 0.00025
    bit: float = 1e-5
    long_bit: float = 8e-6
    bit_squared: float = 6e-9
    value: float = 0.001
    long_value: float = 0.008
    values: float = 0.11
    process: float = 4.0
    thread: float = 2.0
    asking: float = 0.13
    error: float = 0.25


class Tariff:
    """Turns what the engine predicts into what a request pays.

    Args:
        limits: In force.
        overheads: Of the executor in use.
        task_points: What one question in a worker process is charged at most, beside what the
            deadline leaves room for.
        pace: What the deadline leaves room for, on this machine.
    """

    def __init__(
        self, limits: Limits, overheads: Overheads, task_points: float, pace: Pace
    ) -> None:
        self.limits = limits
        self.overheads = overheads
        self.field = overheads.field
        self.asked = overheads.field + overheads.asked
        self.computed = overheads.computed
        self.column = overheads.column
        self.refused = overheads.computed + overheads.error
        self._pace = pace
        self._task_points = task_points

    @property
    def _most_task(self) -> float:
        """The points of a question that runs until the deadline ends it, or until it is stopped."""
        return min(self._task_points, self._pace.points(self.limits.deadline_seconds))

    def single(self, cost: float) -> float:
        """Return the price of a question that only a kill can stop."""
        if cost <= LOOP_POINTS:
            return cost
        return self.overheads.process + min(cost, self._most_task)

    def capped(self, cost: float) -> float:
        """Return the price of several questions in a worker process, which one deadline ends."""
        return min(cost, self._most_task)

    def is_refused(self, cost: float) -> bool:
        """Whether a sweep of this cost cannot end in time, so that it is not begun."""
        return self._pace.seconds(cost) > self.limits.deadline_seconds

    def sweep(self, cost: float) -> float:
        """Return the price of a sweep and of predicting its cost, here and when it runs."""
        if cost <= TABLE_POINTS:
            return cost
        asking = 2 * self.overheads.asking
        if cost <= LOOP_POINTS:
            return asking + cost
        if self.is_refused(cost):
            # The message says what would be within reach.
            return asking + self.overheads.error + _REACHING * self.overheads.asking
        return asking + self.overheads.thread + cost

    def integer(self, bits: float) -> float:
        """Return the price of a field that shows an integer of this many bits."""
        return self.overheads.field + self.text(bits)

    def integers(self, count: float, bits: float) -> float:
        """Return the price of a field that shows a list of integers of this many bits."""
        each = self.overheads.element + self.text(bits)
        return self.overheads.field + self.overheads.list + count * each

    def array(self, count: float, bits: float) -> float:
        """Return the price of a field that shows an array of integers, as far as it can be one."""
        if bits > _WORD_BITS:
            return self.integers(count, bits)
        return self.overheads.field + count * self.overheads.array

    def objects(self, count: float) -> float:
        """Return the price of a field that returns a list of objects, without their fields."""
        return self.overheads.field + count * self.overheads.object

    def coercion(self, bits: float) -> float:
        """Return the price of reading an integer of this many bits."""
        long = self.overheads.long_value if bits > _WORD_BITS else 0.0
        return self.overheads.value + long + self.text(bits)

    def text(self, bits: float) -> float:
        """Return the price of writing an integer in decimal, or of reading it."""
        if bits <= _WORD_BITS:
            return bits * self.overheads.bit
        return bits * (self.overheads.long_bit + bits * self.overheads.bit_squared)
