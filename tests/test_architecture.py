"""The house: imports follow the arrows, and modules keep the conventions that a tool can see."""

import ast
import re
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
        "execution.plans",
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
# The rooms of each package and the modules beside them, from the lowest: each imports only what
# stands before it.
ROOMS: dict[str, list[str]] = {
    "engine": [
        *("errors", "results", "stop", "argument_checks", "cost_curve", "bounds", "pace"),
        *("strategy_counters", "flint_calls", "prime_steps"),
        *("sieving", "primality", "counting", "factoring", "intervals", "classes"),
    ],
    "resolvers": [
        *("errors", "limits", "pace", "rate_limit", "pagination"),
        *("running", "remembering", "context", "pricing", "questions"),
    ],
    "schema": [
        *("scalars", "directives", "arguments", "fields", "objects", "query"),
        *("field_facts", "direct_resolvers"),
    ],
    "execution": [
        *("captured_errors", "cooperative_loops", "resolved_values"),
        *("limits", "output", "plans", "documents", "executor"),
    ],
    "middleware": [
        *("header_fields", "request_id", "security_headers", "answer_headers", "error_mask"),
        *("cost", "observability", "refusal", "limits"),
    ],
    "primeql": [
        *("cgroup", "settings", "tiers", "stores", "operations", "health", "server", "telemetry"),
        *("endpoint", "explorer", "cross_origin", "app", "commands", "__main__"),
    ],
}
MAX_FILES_OF_A_ROOM = 12
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


def climbs(package: str, room: str, path: Path) -> list[str]:
    """Return the imports of a file of ``room`` that lead to a room above it."""
    order = ROOMS[package]
    climbing = []
    for imported in _imports(path):
        parts = imported.split(".")
        if parts[0] == package and parts[1] in order and order.index(parts[1]) > order.index(room):
            climbing.append(imported)
    return climbing


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
        ("middleware", "from execution.documents.documents import DocumentCache"),
        ("execution", "from middleware.cost.estimate import Estimate"),
        ("execution", "from primeql.operations.service import Operation"),
        ("engine", "def f():\n    import primeql"),
        ("primeql", "from tests.server import running_server"),
    ],
)
def test_planted_imports_are_found(package: str, line: str, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(line)
    assert len(violations(package, planted)) == 1


@pytest.mark.parametrize("package", PACKAGES)
def test_each_part_of_a_package_has_its_place(package: str) -> None:
    parts = {
        path.stem
        for path in (ROOT / package).iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    assert parts - {"__init__"} == set(ROOMS[package])
    assert len(ROOMS[package]) == len(set(ROOMS[package]))


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_room_imports_one_above(path: Path) -> None:
    package, room, *_ = path.relative_to(ROOT).with_suffix("").parts
    if room != "__init__":
        assert climbs(package, room, path) == []


@pytest.mark.parametrize(
    ("room", "line"),
    [
        ("engine.sieving", "from engine.primality.primality import is_prime"),
        ("engine.errors", "import engine.sieving.wheel"),
        ("resolvers.running", "from resolvers.questions.integers import IntegerAnswers"),
        ("resolvers.remembering", "from resolvers import context"),
        ("execution.plans", "def f():\n    from execution.documents import variables"),
        ("primeql.operations", "from primeql.endpoint.media_types import accepted"),
    ],
)
def test_planted_climbs_are_found(room: str, line: str, tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(line)
    package, _, part = room.partition(".")
    assert len(climbs(package, part, planted)) == 1


INITS = [path for path in MODULES if path.name == "__init__.py"]


@pytest.mark.parametrize("path", INITS, ids=_name)
def test_package_is_a_map_of_its_modules(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text())) or ""
    listed = re.findall(r"^- ``(\w+)``: ", docstring, re.M)
    modules = [each.stem for each in path.parent.glob("*.py") if each.stem != "__init__"]
    rooms = [each.parent.name for each in path.parent.glob("*/__init__.py")]
    assert sorted(listed) == sorted(modules + rooms)
    if path.parent.parent == ROOT:
        assert listed == ROOMS[path.parent.name]
    else:
        assert len(modules) + 1 <= MAX_FILES_OF_A_ROOM


def test_rooms_are_told_in_the_documents() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    for package, rooms in ROOMS.items():
        row = re.search(rf"^\| `{package}/` \| (`.*`) \|$", text, re.M)
        assert row is not None, package
        assert row[1].replace("`", "").replace("/", "").split(", ") == rooms


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_module_says_what_it_is_and_is_one_subject(path: Path) -> None:
    source = path.read_text()
    docstring = ast.get_docstring(ast.parse(source))
    assert docstring is not None
    assert docstring.partition("\n\n")[0].endswith((".", "?"))
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
