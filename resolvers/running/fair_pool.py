"""Things lent to clients in turn, with a bounded queue of those who wait."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterable
from typing import Generic, NamedTuple, TypeVar

from resolvers.errors import OverloadedError

R = TypeVar("R")


class Owner(NamedTuple):
    """Whose a task is: a client, and one of its requests."""

    client: str = ""
    request: str = ""


NOBODY = Owner()


class _Waiter(Generic[R]):
    """A task that waits to be lent something, with its owner and predicted points."""

    __slots__ = ("is_waiting", "lent", "owner", "points")

    def __init__(self, owner: Owner, points: float) -> None:
        self.owner = owner
        self.points = points
        self.is_waiting = True
        self.lent: asyncio.Future[R] = asyncio.get_running_loop().create_future()


class _ClientQueue(Generic[R]):
    """Those of one client who wait, by request, each request in the order of arrival."""

    def __init__(self) -> None:
        self._requests: OrderedDict[str, OrderedDict[_Waiter[R], None]] = OrderedDict()
        self.count = 0

    def add(self, waiter: _Waiter[R]) -> None:
        """Append one."""
        self._requests.setdefault(waiter.owner.request, OrderedDict())[waiter] = None
        self.count += 1

    def next(self) -> _Waiter[R]:
        """Return whose turn it is, of the request whose turn it is."""
        name, waiters = self._requests.popitem(last=False)
        self._requests[name] = waiters
        return next(iter(waiters))

    def of(self, owner: Owner) -> list[_Waiter[R]]:
        """Return those of one owner, known by the object and not by its names."""
        return [one for one in self._requests.get(owner.request, ()) if one.owner is owner]

    def last(self) -> _Waiter[R]:
        """Return who came last, of the request that has waited least for its turn."""
        return next(reversed(next(reversed(self._requests.values()))))

    def remove(self, waiter: _Waiter[R]) -> None:
        """Remove a waiter from the queue."""
        waiters = self._requests[waiter.owner.request]
        del waiters[waiter]
        if not waiters:
            del self._requests[waiter.owner.request]
        self.count -= 1


class FairPool(Generic[R]):
    """Lends things to one task each; waiting clients have turns, and so have a client's requests.

    A client with a thousand tasks waits for itself, not another with one. If the queue is full, a
    task is refused, unless another client has more tasks in it than this one would have: then that
    client's last task is refused.

    Args:
        things: What is lent, to be given back.
        max_waiting: How many may wait.

    Cost: about 3 us to lend, whatever the number of clients and tasks, unless the queue is full.
    """

    def __init__(self, things: Iterable[R], max_waiting: int) -> None:
        self._idle = deque(things)
        self._clients: OrderedDict[str, _ClientQueue[R]] = OrderedDict()
        self._max_waiting = max_waiting
        self.waiting = 0
        self.waiting_points = 0.0

    @property
    def at_hand(self) -> int:
        """How many things are not lent."""
        return len(self._idle)

    async def borrow(self, owner: Owner, points: float) -> R:
        """Return a thing, to be given back, when it is ``owner``'s turn.

        Raises:
            OverloadedError: Too many are waiting.
        """
        if self._idle:
            return self._idle.popleft()
        if self.refuses(owner.client):
            raise self._overloaded()
        if self.waiting >= self._max_waiting:
            self._drop(self._heaviest().last())
        waiter: _Waiter[R] = _Waiter(owner, points)
        self._add(waiter)
        try:
            return await waiter.lent
        except asyncio.CancelledError:
            if waiter.is_waiting:
                self._remove(waiter)
            elif not waiter.lent.cancelled() and waiter.lent.exception() is None:
                self.give_back(waiter.lent.result())  # lent at the moment of giving up
            raise

    def give_back(self, thing: R) -> None:
        """Lend a thing to whose turn it is, or keep it at hand."""
        while self._clients:
            name, queue = self._clients.popitem(last=False)
            self._clients[name] = queue
            waiter = queue.next()
            self._remove(waiter)
            if not waiter.lent.done():  # else it has just given up
                waiter.lent.set_result(thing)
                return
        self._idle.append(thing)

    def waiting_for(self, client: str) -> int:
        """Return how many tasks of a client wait."""
        return self._clients[client].count if client in self._clients else 0

    def hand_over(self, owner: Owner, other: Owner) -> None:
        """Let another owner wait for what one waits for, behind what that one's request has here.

        An owner is known by the object, not by its names: two may have the same.
        """
        for waiter in (
            self._clients[owner.client].of(owner) if owner.client in self._clients else ()
        ):
            self._remove(waiter)
            waiter.owner, waiter.is_waiting = other, True
            self._add(waiter)

    def withdraw(self, thing: R) -> bool:
        """Take a thing that is at hand out of the pool; return whether it was at hand."""
        try:
            self._idle.remove(thing)
        except ValueError:
            return False
        return True

    def refuses(self, client: str) -> bool:
        """Return whether a task of this client would be refused now."""
        if self.waiting < self._max_waiting:
            return False
        # A place is made only by a client that has more than this one would have then.
        heaviest = max((queue.count for queue in self._clients.values()), default=0)
        return heaviest <= self.waiting_for(client) + 1

    def _heaviest(self) -> _ClientQueue[R]:
        """Return the queue of the client that has most in it."""
        return max(self._clients.values(), key=lambda queue: queue.count)

    def _drop(self, waiter: _Waiter[R]) -> None:
        """Refuse one who waits already."""
        self._remove(waiter)
        if not waiter.lent.done():
            waiter.lent.set_exception(self._overloaded())

    def _overloaded(self) -> OverloadedError:
        return OverloadedError(
            f"{self.waiting} computations are waiting already; try again in a moment"
        )

    def _add(self, waiter: _Waiter[R]) -> None:
        """Put one into the queue."""
        client = waiter.owner.client
        if client not in self._clients:
            self._clients[client] = _ClientQueue()
        self._clients[client].add(waiter)
        self.waiting += 1
        self.waiting_points += waiter.points

    def _remove(self, waiter: _Waiter[R]) -> None:
        """Remove a waiter from the queue."""
        client = waiter.owner.client
        waiter.is_waiting = False
        self._clients[client].remove(waiter)
        if not self._clients[client].count:
            del self._clients[client]
        self.waiting -= 1
        self.waiting_points = self.waiting_points - waiter.points if self.waiting else 0.0
