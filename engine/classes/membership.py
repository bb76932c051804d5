"""Finds the named classes that an integer belongs to, and predicts the cost."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.classes import digits, forms, relations
from engine.classes.definitions import PrimeClass
from engine.cost_curve import cost_at
from engine.errors import CapacityError
from engine.primality.neighbours import next_prime, previous_prime
from engine.primality.primality import is_prime, is_prime_cost

MAX_CLASSES_BITS = 990
"""The most bits of a prime that is classified. The largest integers related to it, its reversal and
2p + 1, then have at most 300 digits, which ``engine.primality.primality.is_prime`` can prove."""

_PROOFS = 4
"""The proofs included in the price: the prime, its two neighbours, and one for all other related
integers. A related integer needs a proof only if it is prime; there are at most about ten."""

# (bits, points) without the proofs and CHEN; most of it is the search for the neighbours. GMP 6.3,
# benchmarks/bench_patterns.py.
_SEARCH_CURVE = (
    (8.0, 0.12),
    (32.0, 0.2),
    (64.0, 0.4),
    (65.0, 0.8),
    (128.0, 2.0),
    (256.0, 6.0),
    (512.0, 40.0),
    (768.0, 140.0),
    (990.0, 380.0),
)

_PREDICATES: Mapping[PrimeClass, Callable[[int], bool]] = MappingProxyType(
    {
        PrimeClass.TWIN: relations.is_twin,
        PrimeClass.COUSIN: relations.is_cousin,
        PrimeClass.SEXY: relations.is_sexy,
        PrimeClass.SOPHIE_GERMAIN: relations.is_sophie_germain,
        PrimeClass.SAFE: relations.is_safe,
        PrimeClass.CHEN: relations.is_chen,
        PrimeClass.MERSENNE: forms.is_mersenne,
        PrimeClass.FERMAT: forms.is_fermat,
        PrimeClass.PRIMORIAL: forms.is_primorial,
        PrimeClass.FACTORIAL: forms.is_factorial,
        PrimeClass.WAGSTAFF: forms.is_wagstaff,
        PrimeClass.PROTH: forms.is_proth,
        PrimeClass.PIERPONT: forms.is_pierpont,
        PrimeClass.CUBAN: forms.is_cuban,
        PrimeClass.PALINDROMIC: digits.is_palindromic,
        PrimeClass.EMIRP: digits.is_emirp,
        PrimeClass.CIRCULAR: digits.is_circular,
        PrimeClass.LEFT_TRUNCATABLE: digits.is_left_truncatable,
        PrimeClass.RIGHT_TRUNCATABLE: digits.is_right_truncatable,
        PrimeClass.PERMUTABLE: digits.is_permutable,
        PrimeClass.REPUNIT: digits.is_repunit,
        PrimeClass.WILSON: forms.is_wilson,
        PrimeClass.WIEFERICH: forms.is_wieferich,
        PrimeClass.GAUSSIAN: forms.is_gaussian,
        PrimeClass.PYTHAGOREAN: forms.is_pythagorean,
        PrimeClass.FIBONACCI: forms.is_fibonacci,
    }
)
"""Every class but the last three, which share the two neighbouring primes or follow from TWIN."""


def classes_of(n: int) -> tuple[PrimeClass, ...]:
    """Return the classes of ``CLASS_DEFINITIONS`` that n belongs to, in the order of the enum.

    Args:
        n: Any integer.

    Returns:
        Every class of n if n is prime, except those in ``undecided_classes(n)``; empty if n is not
        prime.

    Raises:
        CapacityError: n is prime and longer than ``MAX_CLASSES_BITS``; or n passes BPSW and is too
            long for a proof; or n >= 2^128 is prime and CHEN cannot be decided, because n + 2 is a
            composite without a small factor (about 8 % of such n). Below 2^128 there is always an
            answer.

    Cost: see ``classes_of_cost``; 40 us for a typical prime of 64 bits.

    >>> PrimeClass.MERSENNE in classes_of(2**31 - 1)
    True
    """
    if not is_prime(n):
        return ()
    if n.bit_length() > MAX_CLASSES_BITS:
        raise CapacityError(
            f"classes are known for primes of at most {MAX_CLASSES_BITS} bits, "
            f"value has {n.bit_length()}"
        )
    classes = [prime_class for prime_class, holds in _PREDICATES.items() if holds(n)]
    classes += _classes_by_neighbours(n)
    if PrimeClass.TWIN not in classes:
        classes.append(PrimeClass.ISOLATED)
    return tuple(classes)


def undecided_classes(p: int) -> tuple[PrimeClass, ...]:
    """Return the classes that are unknown for the prime p, and so missing from ``classes_of``.

    Above 2 * 10^13 this is WILSON: deciding it takes about sqrt(p) operations, and no search has
    gone that far. Below, there are none.

    >>> undecided_classes(97)
    ()
    """
    return (PrimeClass.WILSON,) if p > forms.WILSON_SEARCH_LIMIT else ()


def classes_of_cost(n: int) -> float:
    """Return the points predicted for ``classes_of(n)`` if n is prime.

    Up to 64 bits most of the cost is for the neighbours and the factors of n + 2; above, for the
    proofs.

    Cost: 3 us.
    """
    search = cost_at(_SEARCH_CURVE, max(n.bit_length(), 1))
    return search + _PROOFS * is_prime_cost(n) + relations.is_chen_cost(n)


def _classes_by_neighbours(p: int) -> list[PrimeClass]:
    """Return the class BALANCED or STRONG if p is in it; 2 has one neighbour and is in neither."""
    previous = _proven_neighbour(p, previous_prime)
    following = _proven_neighbour(p, next_prime)
    if previous is None or following is None:
        return []
    if relations.is_balanced(previous, p, following):
        return [PrimeClass.BALANCED]
    return [PrimeClass.STRONG] if relations.is_strong(previous, p, following) else []


def _proven_neighbour(p: int, step: Callable[[int], int | None]) -> int | None:
    """Return the first proven prime that ``step`` reaches from p."""
    neighbour = step(p)
    while neighbour is not None and not is_prime(neighbour):
        neighbour = step(neighbour)
    return neighbour
