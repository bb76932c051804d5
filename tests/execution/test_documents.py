"""The cache of documents: each made once, the oldest let go."""

from execution.documents import BYTES_PER_DOCUMENT, BYTES_PER_TEXT_BYTE, DocumentCache

SIZE = BYTES_PER_DOCUMENT + BYTES_PER_TEXT_BYTE


def cache(room: int) -> tuple[DocumentCache[str], list[str]]:
    """Return a cache with room for so many documents of one letter, and what it has made."""
    made: list[str] = []

    def prepare(text: str) -> str:
        made.append(text)
        return text.upper()

    return DocumentCache(prepare, room * SIZE), made


def test_document_is_made_once() -> None:
    documents, made = cache(2)
    assert [documents.get("a"), documents.get("a")] == ["A", "A"]
    assert made == ["a"]


def test_document_unused_for_longest_goes() -> None:
    documents, made = cache(2)
    for text in "abaca":
        documents.get(text)
    assert made == ["a", "b", "c"]
    documents.get("b")
    assert made == ["a", "b", "c", "b"]


def test_document_too_large_is_made_and_not_kept() -> None:
    documents, made = cache(1)
    documents.get("a")
    assert documents.get("long") == "LONG"
    assert documents.get("long") == "LONG"
    documents.get("a")
    assert made == ["a", "long", "long"]
