"""Every cache and every bounded record in the source is in the tables of docs/architecture.md."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_architecture import MODULES, ROOT

Store = tuple[str, str]
"""A module, and the attribute or the function that holds or makes the store."""

MAKERS = {"lru_cache", "cache", "OrderedDict", "DocumentCache", "BoundedMemoryCache"}
# They define the two classes of caches.
CLASSES = {"execution/documents/documents.py", "resolvers/remembering/bounded_cache.py"}
# Dicts that outlive a call and evict nothing: the source does not tell them from variables.
PLAIN_DICTS = {("middleware/cost/selection_prices.py", "by_scale")}
MAX_CACHES = 14


def _maker(node: ast.expr | None) -> str | None:
    """Return what is called to make a value; the decorator's name where a decorator is called."""
    while isinstance(node, ast.Call):
        node = node.func
    return node.id if isinstance(node, ast.Name) else None


def _attribute(node: ast.AST) -> str | None:
    """Return X if a node is ``self.X``."""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return node.attr if node.value.id == "self" else None
    return None


def stores(tree: ast.Module) -> Iterator[str]:
    """Yield the attributes and functions of a module that hold or make a store."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            if _maker(node.value) not in MAKERS:
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from filter(None, map(_attribute, targets))
        elif isinstance(node, ast.FunctionDef):
            returned = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
            if any(_maker(each) in MAKERS for each in (*node.decorator_list, *returned)):
                yield node.name
        elif isinstance(node, ast.Attribute) and node.attr in ("clear", "popitem"):
            yield from filter(None, [_attribute(node.value)])


def _found() -> set[Store]:
    found = set(PLAIN_DICTS)
    for path in MODULES:
        name = str(path.relative_to(ROOT))
        if name not in CLASSES:
            found |= {(name, store) for store in stores(ast.parse(path.read_text()))}
    return found


def _listed(title: str) -> list[Store]:
    """Return the stores in the table below a line."""
    text = (ROOT / "docs/architecture.md").read_text()
    _, _, after = text.partition(title)
    table = re.search(r"(?:^\|.*\n)+", after, re.M)
    assert table is not None, title
    return re.findall(r"^\| [^|]+ \| `([\w/.]+)`, `(\w+)` \|", table[0], re.M)


def test_every_store_is_in_a_table() -> None:
    listed = _listed("**Caches**") + _listed("**Bounded records**")
    assert len(listed) == len(set(listed))
    assert set(listed) == _found()


def test_there_are_few_caches() -> None:
    assert 0 < len(_listed("**Caches**")) <= MAX_CACHES


@pytest.mark.parametrize(
    "line",
    [
        "self._a = OrderedDict()",
        "self._a: OrderedDict[str, int] = OrderedDict()",
        "self._a = lru_cache(5)(f)",
        "self._a.clear()",
        "self._a.popitem()",
        "@lru_cache(5)\n    def _a(): ...",
        "def _a(): return BoundedMemoryCache(5)",
    ],
)
def test_planted_stores_are_found(line: str) -> None:
    assert list(stores(ast.parse(f"class A:\n    {line}"))) == ["_a"]
