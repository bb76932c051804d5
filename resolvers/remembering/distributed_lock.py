"""The lease on a question that one process answers while the others wait."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from resolvers.remembering.cache_entry import Kept
from resolvers.remembering.shared_answers import SharedAnswers

T = TypeVar("T")

# A lease lasts for so long, and is renewed three times as often: after it, others take over from a
# process that was killed.
LEASE_SECONDS: Final = 3.0
RENEWAL_SECONDS: Final = LEASE_SECONDS / 3
# How often to look for an answer that another process computes: soon at first, then after every
# tenth of the time waited so far.
LEAST_POLL_SECONDS: Final = 0.01
MOST_POLL_SECONDS: Final = 0.25
POLL_SHARE: Final = 0.1
# What the texts of leases begin with, and those of answers do not.
MARK: Final = "lease"
_TOKEN_LENGTH: Final = len(MARK) + 18


class AnswerLease:
    """What one process does about one question that others may be answering.

    Args:
        shared: Where processes share answers.
        key: The question.
    """

    def __init__(self, shared: SharedAnswers, key: str) -> None:
        self._shared = shared
        self._key = key
        self._token = f"{MARK} {secrets.token_hex(8)} "

    async def obtain(
        self,
        read: Callable[[str], Awaitable[Kept[T] | None]],
        note_partial: Callable[[str], Awaitable[None]],
    ) -> Kept[T] | bool:
        """Return what another process has found, or whether this one now holds the lease.

        Without the lease it is to be computed all the same: sharing has failed.

        Args:
            read: Returns the answer that a text holds, None if there is none.
            note_partial: Takes what the holder of the lease tells of its work so far.
        """
        begun = time.monotonic()
        while True:
            claim = await self._shared.claim(self._key, self._token)
            if claim is None:
                return False
            if claim.text is None:
                return True
            if not claim.text.startswith(MARK):
                return await read(claim.text) or False
            await note_partial(claim.text[_TOKEN_LENGTH:])
            waited = time.monotonic() - begun
            wait = max(LEAST_POLL_SECONDS, POLL_SHARE * waited)
            await asyncio.sleep(min(wait, MOST_POLL_SECONDS))

    async def keep(self, partial: Callable[[], str]) -> None:
        """Renew the lease until cancelled, or lost; tell the others what is known so far."""
        is_held = True
        while is_held:
            await asyncio.sleep(RENEWAL_SECONDS)
            text = self._token + partial()
            is_held = await self._shared.extend(self._key, self._token, text)

    async def end(self, text: str | None) -> None:
        """Give up the lease, for a text that answers the question if there is one."""
        if text is None:
            await self._shared.drop(self._key, self._token)
        else:
            await self._shared.put(self._key, text)
