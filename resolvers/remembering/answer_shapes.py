"""What answers are remembered: their types, and how one that is read is checked."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final, Generic, TypeVar

from engine.classes import PrimeClass
from engine.factoring import sanity_checks
from engine.primality.primality import is_probable_prime_cost
from engine.results import (
    ConstellationPage,
    Factorization,
    Primality,
    PrimeBucket,
    PrimeGapStatistics,
    PrimeNeighbours,
    PrimeProgression,
    ResidueCount,
)
from resolvers.remembering import answer_codec

T = TypeVar("T")

# Longer lists are not remembered: to read one would keep the event loop for more than 2 ms. A
# page asks for one more than it shows.
MOST_ENTRIES: Final = 1_001
# Longer arguments stand in keys by their digest.
MOST_KEY_CHARACTERS: Final = 96
# Points of a check that only compares, and of one that evaluates li(x) twice.
_COMPARING_POINTS = 0.05
_BOUNDING_POINTS = 0.4


def _is_anything(_answer: Any, *_arguments: Any) -> bool:
    return True


def _is_short(*_arguments: Any) -> bool:
    return False


def _is_long(*arguments: Any) -> bool:
    """Return whether a list is longer than is remembered; the last argument tells how long."""
    length: int = arguments[-1]
    return length > MOST_ENTRIES


def _is_final(_answer: Any) -> bool:
    return True


def _comparing(_answer: Any, *_arguments: Any) -> float:
    return _COMPARING_POINTS


def _bounding(_answer: Any, *_arguments: Any) -> float:
    return _BOUNDING_POINTS


def _testing(prime: int | None, _n: int) -> float:
    return _BOUNDING_POINTS + is_probable_prime_cost(prime or 0)


def _testing_ends(primes: Sequence[int], *_arguments: Any) -> float:
    ends = {primes[0], primes[-1]} if primes else ()
    return _BOUNDING_POINTS + sum(map(is_probable_prime_cost, ends))


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


IS_PRIME: Final[Shape[bool]] = Shape("is_prime", bool)
IS_PROBABLE_PRIME: Final[Shape[bool]] = Shape("is_probable_prime", bool)
PRIMALITY: Final[Shape[Primality]] = Shape(
    "primality",
    Primality,
    sanity_checks.could_be_primality,
    sanity_checks.primality_check_cost,
)
FACTORIZATION: Final[Shape[Factorization]] = Shape(
    "factorization",
    Factorization,
    sanity_checks.could_be_factorization,
    sanity_checks.factorization_check_cost,
    is_final=lambda factorization: factorization.is_complete,
)
NEXT_PRIME: Final[Shape[int]] = Shape(
    "next_prime", int, sanity_checks.could_be_next_prime, _testing
)
PREVIOUS_PRIME: Final[Shape[int | None]] = Shape(
    "previous_prime", int | None, sanity_checks.could_be_previous_prime, _testing
)
NEIGHBOURS: Final[Shape[PrimeNeighbours]] = Shape(
    "neighbours", PrimeNeighbours, is_too_long=_is_long
)
PRIME_COUNT: Final[Shape[int]] = Shape(
    "prime_count", int, sanity_checks.could_be_prime_count, _bounding
)
NTH_PRIME: Final[Shape[int]] = Shape("nth_prime", int, sanity_checks.could_be_nth_prime, _testing)
COUNT: Final[Shape[int]] = Shape("count", int, sanity_checks.could_be_count, _bounding)
SUM: Final[Shape[int]] = Shape("sum", int, sanity_checks.could_be_sum, _bounding)
# Computed as arrays, read as tuples.
FIRST_PRIMES: Final[Shape[Any]] = Shape(
    "first_primes",
    Sequence[int],
    sanity_checks.could_be_end,
    _testing_ends,
    is_too_long=_is_long,
)
LAST_PRIMES: Final[Shape[Any]] = Shape(
    "last_primes",
    Sequence[int],
    sanity_checks.could_be_end,
    _testing_ends,
    is_too_long=_is_long,
)
GAPS: Final[Shape[PrimeGapStatistics | None]] = Shape("gaps", PrimeGapStatistics | None)
HISTOGRAM: Final[Shape[Sequence[PrimeBucket]]] = Shape(
    "histogram", Sequence[PrimeBucket], is_too_long=_is_long
)
RESIDUES: Final[Shape[Sequence[ResidueCount]]] = Shape(
    "residues", Sequence[ResidueCount], is_too_long=_is_long
)
CONSTELLATIONS: Final[Shape[ConstellationPage]] = Shape(
    "constellations", ConstellationPage, is_too_long=lambda *arguments: _is_long(arguments[3])
)
CLASSES: Final[Shape[tuple[PrimeClass, ...]]] = Shape("classes", tuple[PrimeClass, ...])
PROGRESSION: Final[Shape[PrimeProgression]] = Shape(
    "progression", PrimeProgression, is_too_long=_is_long
)
CONSTELLATION_COUNT: Final[Shape[int]] = Shape("constellation_count", int)
