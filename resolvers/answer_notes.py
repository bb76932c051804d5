"""What resolvers find out about a whole answer while they make its parts."""


class AnswerNotes:
    """Whether the same operation would be answered the same for ever.

    True of mathematics; not of an answer that tells about the service, or that ended where the time
    did.
    """

    __slots__ = ("is_repeatable",)

    def __init__(self) -> None:
        """Begin with an answer that mathematics alone decides."""
        self.is_repeatable = True
