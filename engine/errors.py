"""The errors the engine raises on purpose; every message is safe to show to a client.

EngineError
    DomainError        the arguments have no mathematical meaning
    CapacityError      the answer exists, but this engine cannot compute it
    DeadlineError      the computation was stopped before its end
      WorkLimitError   it was stopped because it took far more work than predicted
    InvariantError     a self-check failed: the result cannot be trusted
"""


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""


class DomainError(EngineError, ValueError):
    """The arguments have no mathematical meaning, such as low > high."""


class CapacityError(EngineError):
    """The answer exists, but this engine cannot compute it."""


class DeadlineError(EngineError):
    """The computation was stopped, or its time ran out, before it had an answer."""


class WorkLimitError(DeadlineError):
    """The computation was stopped because it took far more work than predicted."""


class InvariantError(EngineError):
    """A result failed its own check, such as factors that do not multiply to the value."""
