"""What the memory of answers needs to know of a function: its key, its codec, its check."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar

from resolvers.remembering import answer_codec

T = TypeVar("T")

# Longer lists are not remembered: to read one would keep the event loop for more than 2 ms. A
# page asks for one more than it shows.
MOST_ENTRIES: Final = 1_001
# Longer arguments stand in keys by their digest.
MOST_KEY_CHARACTERS: Final = 96
# Points of a check that only compares.
_COMPARING_POINTS: Final = 0.05


def _is_anything(_answer: Any, *_arguments: Any) -> bool:
    return True


def _is_short(*_arguments: Any) -> bool:
    return False


def _is_final(_answer: Any) -> bool:
    return True


def _comparing(_answer: Any, *_arguments: Any) -> float:
    return _COMPARING_POINTS


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """A function whose answers are remembered.

    Args:
        name: What it computes; part of every key, with what its answers look like.
        kind: The type of its answers, as ``answer_codec.reader`` takes it.
        is_plausible: Whether an answer that was read can be that of the arguments.
        check_cost: The points predicted for ``is_plausible``.
        is_final: Whether an answer is worth keeping: not one that ended where its time did.
        is_too_long: Whether answers to the arguments may be too long to be remembered.
        version: Counted up when the meaning of the answers changes and their type does not.

    Attributes:
        reader: Reads the answers.
        fingerprint: A few characters that change when the answers' type does.
    """

    name: str
    kind: Any
    is_plausible: Callable[..., bool] = _is_anything
    check_cost: Callable[..., float] = _comparing
    is_final: Callable[[T], bool] = _is_final
    is_too_long: Callable[..., bool] = _is_short
    version: int = 1
    reader: answer_codec.Reader = field(init=False)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Prepare what every key and every answer that is read needs."""
        structure = answer_codec.structure(self.kind)
        fingerprint = blake2b(structure.encode(), digest_size=4).hexdigest()
        object.__setattr__(self, "reader", answer_codec.reader(self.kind))
        object.__setattr__(self, "fingerprint", fingerprint)

    def key(self, arguments: Sequence[Any]) -> str:
        """Return the key of the answer for these arguments; longer ones by their digest."""
        asked = answer_codec.write(arguments)
        if len(asked) > MOST_KEY_CHARACTERS:
            asked = blake2b(asked.encode(), digest_size=24).hexdigest()
        return f"{self.name}.{self.version}.{self.fingerprint}:{asked}"
