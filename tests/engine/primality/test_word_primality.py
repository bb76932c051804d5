"""Tests of what is known about the primality of many words."""

import pytest

from engine.primality.primality import primality
from engine.primality.word_primality import KINDS, WordBatch
from engine.results import PrimalityVerdict
from tests.engine.integer_oracles import random_words

EDGES = [0, 1, 2, 3, 4, 47, 49, 53**2 - 2, 53**2, 53**2 + 4, 2**32 + 15, 2**64 - 59, 2**64 - 1]


def test_agrees_with_one_by_one() -> None:
    words = [*range(3_000), *EDGES, *random_words(2_000, seed=8)]
    expected = [(one.verdict, one.method) for one in map(primality, words)]
    batch = WordBatch(words)
    assert [KINDS[kind] for kind in batch.kinds] == expected
    assert batch.are_prime == [verdict is PrimalityVerdict.PRIME for verdict, _ in expected]


@pytest.mark.parametrize("size", [1, 11, 59, 60])
def test_few_words_are_answered_as_many_are(size: int) -> None:
    words = [*EDGES, *random_words(200, seed=9)]
    many = WordBatch(words)
    few = [WordBatch(words)[begin : begin + size] for begin in range(0, len(words), size)]
    assert [kind for one in few for kind in one.kinds] == many.kinds
    assert [verdict for one in few for verdict in one.are_prime] == many.are_prime


def test_of_nothing_is_nothing() -> None:
    assert (WordBatch([]).kinds, WordBatch([]).are_prime) == ([], [])
