"""What resolvers find out about a whole answer while they make its parts."""


class AnswerNotes:
    """What is noted of one answer.

    Attributes:
        is_repeatable: Whether the same operation would be answered the same for ever. True of
            mathematics; not of an answer that tells about the service, or that ended where the
            time did.
        spent_seconds: CPU time that computing has taken so far.
    """

    __slots__ = ("is_repeatable", "spent_seconds")

    def __init__(self) -> None:
        """Begin with an answer that mathematics alone decides and that has cost nothing."""
        self.is_repeatable = True
        self.spent_seconds = 0.0
