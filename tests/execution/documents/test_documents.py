"""The cache of documents: each kept while there is room, the oldest let go."""

from execution.documents.documents import DocumentCache


def kept(cache: DocumentCache[str], *texts: str) -> list[str]:
    return [text for text in texts if cache.find(text) is not None]


def test_finds_what_was_kept() -> None:
    cache: DocumentCache[str] = DocumentCache(10)
    cache.keep("a", "A", 1)
    assert (cache.find("a"), cache.find("b")) == ("A", None)


def test_document_unused_for_longest_goes() -> None:
    cache: DocumentCache[str] = DocumentCache(10)
    for text in "abc":
        cache.keep(text, text.upper(), 3)
    cache.find("a")
    cache.keep("d", "D", 4)
    assert kept(cache, *"abcd") == ["a", "c", "d"]


def test_document_too_large_is_not_kept() -> None:
    cache: DocumentCache[str] = DocumentCache(10)
    cache.keep("a", "A", 6)
    cache.keep("b", "B", 11)
    assert kept(cache, *"ab") == ["a"]


def test_document_kept_anew_counts_once() -> None:
    cache: DocumentCache[str] = DocumentCache(10)
    for _ in range(5):
        cache.keep("a", "A", 6)
    cache.keep("b", "B", 4)
    assert kept(cache, *"ab") == ["a", "b"]
    cache.forget("a")
    cache.forget("a")
    cache.keep("c", "C", 6)
    assert kept(cache, *"abc") == ["b", "c"]


def test_peek_leaves_the_order_as_it_is() -> None:
    cache: DocumentCache[str] = DocumentCache(9)
    for text in "abc":
        cache.keep(text, text.upper(), 3)
    assert (cache.peek("a"), cache.peek("d")) == ("A", None)
    cache.keep("d", "D", 3)
    assert kept(cache, *"abcd") == ["b", "c", "d"]
