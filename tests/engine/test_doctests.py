"""The examples in the engine's docstrings run, and every public function has one."""

import ast
import doctest
import importlib
from pathlib import Path

import numpy as np
import pytest

from engine.factoring.factoring import factorize
from engine.intervals.prime_ranges import PrimeRanges
from engine.primality.primality import primality
from engine.results import PrimePower
from engine.sieving.wheel import standard_wheels
from engine.stop import Stop

ENGINE = Path(__file__).parents[2] / "engine"
MODULES = sorted(ENGINE.rglob("*.py"))
# What they predict depends on measurements, which are kept beside them.
PREDICTIONS = ("_cost", "_seconds")
# What examples may use beside the names of their module.
NAMES = {
    "PrimePower": PrimePower,
    "PrimeRanges": PrimeRanges,
    "Stop": Stop,
    "factorize": factorize,
    "np": np,
    "primality": primality,
    "standard_wheels": standard_wheels,
}


def _name(path: Path) -> str:
    parts = path.relative_to(ENGINE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


def lacking(source: str) -> list[str]:
    """Return the public functions of a module that have no example."""
    return [
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and not node.name.endswith(PREDICTIONS)
        and ">>> " not in (ast.get_docstring(node) or "")
    ]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_examples_are_true(path: Path) -> None:
    module = importlib.import_module(_name(path))
    assert doctest.testmod(module, extraglobs=NAMES).failed == 0


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_public_functions_have_an_example(path: Path) -> None:
    assert lacking(path.read_text()) == []


def test_function_without_an_example_is_found() -> None:
    source = 'def double(n: int) -> int:\n    """Return 2n."""\n    return 2 * n\n'
    assert lacking(source) == ["double"]
