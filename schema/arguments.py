"""Optional arguments without a default in the SDL."""

from typing import TypeVar

import strawberry

T = TypeVar("T")


def given(argument: T | None) -> T | None:
    """Return the argument, None if the client left it out.

    A default of ``UNSET`` instead of None keeps the SDL free of ``= null``.
    """
    return None if argument is strawberry.UNSET else argument
