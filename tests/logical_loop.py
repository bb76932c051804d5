"""An event loop whose time is told by the test."""

import asyncio


class LogicalLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock stands still but for ``advance``."""

    now = 0.0

    def time(self) -> float:
        """Return the seconds that have been advanced."""
        return self.now

    async def advance(self, seconds: float) -> None:
        """Let time go by; what is due then is run."""
        self.now += seconds
        for _ in range(10):
            await asyncio.sleep(0)
