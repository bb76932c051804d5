"""The errors the engine raises on purpose; every message is safe to show to a client.

EngineError
    DomainError      the question has no mathematical meaning
    CapacityError    it has a meaning and is out of reach
    DeadlineError    it was stopped before the end
      WorkLimitError   since it took far more work than predicted
    InvariantError   a self-check failed: the answer cannot be trusted
"""


class EngineError(Exception):
    """Base of every error the engine raises on purpose."""


class DomainError(EngineError, ValueError):
    """The arguments have no mathematical meaning, such as low > high."""


class CapacityError(EngineError):
    """The question has a meaning and an answer that is out of this engine's reach."""


class DeadlineError(EngineError):
    """The computation was told to stop, or ran out of time, before it had an answer."""


class WorkLimitError(DeadlineError):
    """The computation was stopped since it took far more work than was predicted."""


class InvariantError(EngineError):
    """A result failed its own check, such as factors that do not multiply to the value."""
