"""Tests of what is known about the primality of many words."""

from engine.primality import primality
from engine.word_primality import KINDS, primality_kinds
from tests.engine.integer_oracles import random_words

EDGES = [0, 1, 2, 3, 4, 47, 49, 53**2 - 2, 53**2, 53**2 + 4, 2**32 + 15, 2**64 - 59, 2**64 - 1]


def test_agrees_with_one_by_one() -> None:
    words = [*range(3_000), *EDGES, *random_words(2_000, seed=8)]
    expected = [(one.verdict, one.method) for one in map(primality, words)]
    assert [KINDS[kind] for kind in primality_kinds(words)] == expected


def test_of_nothing_is_nothing() -> None:
    assert primality_kinds([]) == []
