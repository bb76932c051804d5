"""The house: imports follow the arrows, and modules keep the conventions that a tool can see."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What each package may import beside itself and the standard library: roots, or single modules.
ALLOWED: dict[str, set[str]] = {
    "engine": {"numpy", "flint", "gmpy2", "sympy"},
    "resolvers": {"engine", "anyio", "aiocache"},
    "schema": {"resolvers", "engine.results", "strawberry"},
    "execution": {"graphql", "orjson", "numpy"},
    "middleware": {
        "resolvers.context",
        "resolvers.errors",
        "resolvers.remembering.circuit_breaker",
        "starlette",
        "strawberry",
        "graphql",
        "slowapi",
        "limits",
        "prometheus_client",
    },
}
MAY_IMPORT_EVERYTHING = "primeql"
PACKAGES = (*ALLOWED, MAY_IMPORT_EVERYTHING)
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager"}
# Beside the house, not of it.
NEVER_IMPORTED = {"tests", "benchmarks", "examples", "scripts"}
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 50


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{_name(path)} has a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def violations(package: str, path: Path) -> list[str]:
    """Return the imports of a file of ``package`` that the table does not allow."""
    if package == MAY_IMPORT_EVERYTHING:
        return [name for name in _imports(path) if name.partition(".")[0] in NEVER_IMPORTED]
    allowed = ALLOWED[package] | {package}
    return [
        imported
        for imported in _imports(path)
        if imported.partition(".")[0] not in sys.stdlib_module_names
        and not any(f"{imported}.".startswith(f"{prefix}.") for prefix in allowed)
    ]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_follow_the_arrows(path: Path) -> None:
    assert violations(path.relative_to(ROOT).parts[0], path) == []


@pytest.mark.parametrize(
    ("package", "line"),
    [
        ("engine", "import starlette"),
        ("engine", "from resolvers import errors"),
        ("resolvers", "import strawberry"),
        ("schema", "from engine.intervals.prime_ranges import PrimeRanges"),
        ("middleware", "from resolvers.running.compute import Compute"),
        ("execution", "from primeql.operations.service import Operation"),
        ("engine", "def f():\n    import primeql"),
        ("primeql", "from tests.server import running_server"),
    ],
)
def test_planted_imports_are_found(package: str, line: str, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(line)
    assert len(violations(package, planted)) == 1


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_says_what_it_is_and_is_one_subject(path: Path) -> None:
    source = path.read_text()
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring is not None
    assert docstring.partition("\n\n")[0].endswith(".")
    assert source.count("\n") <= MAX_MODULE_LINES
    assert path.stem not in FORBIDDEN_NAMES
    assert path.stem not in sys.stdlib_module_names


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_functions_are_short(path: Path) -> None:
    functions = [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [
        function.name
        for function in functions
        if (function.end_lineno or 0) - function.lineno >= MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_blanket_except(path: Path) -> None:
    # The first masks what it catches; the second makes it the error of one field.
    if _name(path) in ("middleware/error_mask.py", "execution/captured_errors.py"):
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, "a bare except"
            assert "Exception" not in {
                name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)
            }


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_engine_has_no_async_and_reads_no_environment(path: Path) -> None:
    if not _name(path).startswith("engine/"):
        return
    tree = ast.parse(path.read_text())
    assert not any(isinstance(node, ast.AsyncFunctionDef | ast.Await) for node in ast.walk(tree))
    assert not {"os", "logging", "asyncio"} & {name.partition(".")[0] for name in _imports(path)}
