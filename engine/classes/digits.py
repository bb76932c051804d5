"""Decides the classes that depend on the decimal digits of p.

Every function takes a prime p; for a composite the result is undefined.
"""

from itertools import permutations

from engine.primality.primality import is_prime

_LARGEST_LEFT_TRUNCATABLE = 357_686_312_646_216_567_629_137
_LARGEST_RIGHT_TRUNCATABLE = 73_939_133
"""The last terms of two finite classes. Source: I. O. Angell, H. J. Godwin, "On truncatable
primes", Math. Comp. 31 (1977), 265-267; OEIS A024785, A024770."""


def is_palindromic(p: int) -> bool:
    """Return whether the digits read the same backwards.

    >>> is_palindromic(131), is_palindromic(137)
    (True, False)
    """
    digits = str(p)
    return digits == digits[::-1]


def is_emirp(p: int) -> bool:
    """Return whether the digits read backwards give another prime.

    >>> is_emirp(13), is_emirp(11)
    (True, False)
    """
    reversed_p = int(str(p)[::-1])
    return reversed_p != p and is_prime(reversed_p)


def is_circular(p: int) -> bool:
    """Return whether every rotation of the digits is prime.

    Cost: if every digit is 1, 3, 7 or 9 and p is not a repunit, one primality test for each
    distinct rotation up to the first composite. Otherwise almost nothing.

    >>> is_circular(197), is_circular(23)
    (True, False)
    """
    digits = str(p)
    if not _can_end_a_prime(digits):
        return False
    rotations = {digits[shift:] + digits[:shift] for shift in range(1, len(digits))} - {digits}
    return all(is_prime(int(rotation)) for rotation in rotations)


def is_left_truncatable(p: int) -> bool:
    """Return whether no digit is 0 and dropping digits from the left always leaves a prime.

    >>> is_left_truncatable(9137), is_left_truncatable(11)
    (True, False)
    """
    digits = str(p)
    if p > _LARGEST_LEFT_TRUNCATABLE or "0" in digits:
        return False
    return all(is_prime(int(digits[-length:])) for length in range(1, len(digits)))


def is_right_truncatable(p: int) -> bool:
    """Return whether dropping digits from the right always leaves a prime.

    >>> is_right_truncatable(7393), is_right_truncatable(13)
    (True, False)
    """
    if p > _LARGEST_RIGHT_TRUNCATABLE:
        return False
    digits = str(p)
    return all(is_prime(int(digits[:length])) for length in range(1, len(digits)))


def is_permutable(p: int) -> bool:
    """Return whether every permutation of the digits is prime.

    Source: H.-E. Richert, "On permutable primtall", Norsk Mat. Tidsskr. 33 (1951), 50-54: with d
    digits, 3 < d < 6 * 10^175, only the repunit primes are permutable.

    >>> is_permutable(113), is_permutable(103)
    (True, False)
    """
    digits = str(p)
    if len(digits) > 3:
        return is_repunit(p)
    if not _can_end_a_prime(digits):
        return False
    return all(is_prime(int("".join(order))) for order in set(permutations(digits)))


def is_repunit(p: int) -> bool:
    """Return whether every digit is 1.

    >>> is_repunit(11), is_repunit(13)
    (True, False)
    """
    return set(str(p)) == {"1"}


def _can_end_a_prime(digits: str) -> bool:
    """Return whether each digit can be the last digit of a prime with as many digits."""
    return len(digits) == 1 or set(digits) <= set("1379")
