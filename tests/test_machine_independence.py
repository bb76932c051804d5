"""Tests give the same verdict on any machine: they compare no times, and wait in one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
MODULES = sorted(path for path in TESTS.rglob("*.py") if "node_modules" not in path.parts)
CLOCKS = {"monotonic", "perf_counter", "process_time", "thread_time", "time", "getrusage"}
CLOCKS |= {f"{name}_ns" for name in CLOCKS}
# What the service, or a client, has measured.
MEASURED = {"elapsed", "spent_seconds", "cpu_seconds", "queue_seconds", "waited_seconds"}
# Functions of times that are times.
PASSING = {"abs", "max", "min", "round", "sum", "float", "int"}
ORDER = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
WAITING = TESTS / "waiting.py"
# Less than this may decide a test on a busy machine.
LEAST_SECONDS = 120
# What is called with a bound of time as its first argument.
BOUNDED = {"timeout", "settimeout", "wait", "join"}


def _called(node: ast.expr) -> str:
    """Return the last name of what is called."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class Times:
    """Tells which expressions of a module are times that were measured."""

    def __init__(self, tree: ast.Module) -> None:
        """Find the names that hold a time, until there are no more."""
        self._names: set[str] = set()
        size = -1
        while size < len(self._names):
            size = len(self._names)
            self._names |= set(self._found(tree))

    def _found(self, tree: ast.Module) -> Iterator[str]:
        """Yield the names of variables and functions whose values are times."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if node.value is not None and self.hold(node.value):
                    yield from (one.id for one in targets if isinstance(one, ast.Name))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                returned = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
                if any(value is not None and self.hold(value) for value in returned):
                    yield node.name

    def hold(self, node: ast.expr) -> bool:
        """Return whether an expression is a time, or arithmetic with one."""
        match node:
            case ast.Call(func=function, args=arguments):
                name = _called(function)
                is_clock = name in CLOCKS and "loop" not in ast.unparse(function)
                passes = name in PASSING and any(map(self.hold, arguments))
                return is_clock or passes or name in self._names
            case ast.BinOp(left=left, right=right):
                return self.hold(left) or self.hold(right)
            case (
                ast.UnaryOp(operand=operand)
                | ast.Await(value=operand)
                | ast.NamedExpr(value=operand)
            ):
                return self.hold(operand)
            case ast.Attribute(attr=name):
                return name in MEASURED
            case ast.Name(id=name):
                return name in self._names
        return False


def comparisons(source: str) -> list[str]:
    """Return the assertions of a module that hold a measured time above or below something.

    That a time is above 0, or not, may be asserted: something was measured.
    """
    tree = ast.parse(source)
    times = Times(tree)
    return [
        ast.unparse(compared)
        for asserted in ast.walk(tree)
        if isinstance(asserted, ast.Assert)
        for compared in ast.walk(asserted.test)
        if isinstance(compared, ast.Compare)
        and any(isinstance(operator, ORDER) for operator in compared.ops)
        and any(map(times.hold, sides := [compared.left, *compared.comparators]))
        and not any(isinstance(side, ast.Constant) and side.value == 0 for side in sides)
    ]


def waits(source: str) -> list[str]:
    """Return the loops of a module that look again and again whether something has come about."""
    found = []
    for loop in ast.walk(ast.parse(source)):
        if not isinstance(loop, ast.While | ast.For | ast.AsyncFor):
            continue
        inner = [node for part in loop.body for node in ast.walk(part)]
        sleeps = any(isinstance(node, ast.Call) and _called(node.func) == "sleep" for node in inner)
        ends = any(isinstance(node, ast.Break | ast.Return) for node in inner)
        is_without_end = isinstance(loop, ast.While) and isinstance(loop.test, ast.Constant)
        # What is read to its end is not looked at again and again.
        reads = isinstance(loop, ast.While) and isinstance(loop.test, ast.NamedExpr)
        looks = isinstance(loop, ast.While) and not is_without_end and not reads
        if sleeps and (looks or ends):
            found.append(ast.unparse(loop).partition("\n")[0])
    return found


def bounds(source: str) -> list[str]:
    """Return the calls of a module that give up early, after a number of seconds.

    The bounds of ``waiting.py`` have names. A test that expects to give up may say when.
    """
    tree = ast.parse(source)
    expected = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.With | ast.AsyncWith)
        and any(
            _called(getattr(item.context_expr, "func", item.context_expr)) == "raises"
            for item in block.items
        )
        for node in ast.walk(block)
    }
    return [
        ast.unparse(call)
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and id(call) not in expected
        for bound in _bounds_of(call)
        if isinstance(bound, ast.Constant)
        and isinstance(bound.value, int | float)
        and bound.value < LEAST_SECONDS
    ]


def _bounds_of(call: ast.Call) -> list[ast.expr]:
    """Return the arguments of a call that are bounds of time."""
    name = _called(call.func)
    # That of a mark is the bound of the whole test.
    named = [] if "mark" in ast.unparse(call.func) else call.keywords
    found = [one.value for one in named if one.arg == "timeout"]
    return found + (
        call.args[:1] if name in BOUNDED else call.args[1:2] if name == "wait_for" else []
    )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(TESTS)))
def test_module_compares_no_time_and_waits_in_one_way(path: Path) -> None:
    source = path.read_text()
    assert comparisons(source) == []
    assert bounds(source) == []
    if path != WAITING:
        assert waits(source) == []


@pytest.mark.parametrize(
    "planted",
    [
        "begin = time.monotonic()\nassert time.monotonic() - begin < 2",
        "begin = perf_counter()\ntaken = perf_counter() - begin\nassert 0.1 >= taken",
        "def taken():\n    return time.process_time()\nassert max(taken(), 1) < 2",
        "assert notes.spent_seconds < 1",
        "assert response.elapsed < limit",
        "async def taken():\n    return time.thread_time()\nassert await taken() < 2",
        "assert not (used := time.time_ns()) > 5",
    ],
)
def test_planted_comparison_is_found(planted: str) -> None:
    assert len(comparisons(planted)) == 1


@pytest.mark.parametrize(
    "harmless",
    [
        "assert notes.spent_seconds == 0",
        "assert record.cpu_seconds > 0",
        "late = time.monotonic() - 1\nassert asked(late) < 5",
        "assert loop.time() < 5",
        "assert predicted_seconds(5) < 1",
    ],
)
def test_what_is_no_measured_time_is_not_found(harmless: str) -> None:
    assert comparisons(harmless) == []


@pytest.mark.parametrize(
    "planted",
    [
        "while not server.started:\n    time.sleep(0.1)",
        "for _ in range(5):\n    if ready():\n        break\n    time.sleep(1)",
        "while reader.is_open:\n    await asyncio.sleep(0)",
    ],
)
def test_planted_wait_is_found(planted: str) -> None:
    assert len(waits(planted)) == 1


@pytest.mark.parametrize(
    "planted",
    [
        "httpx.get(url, timeout=5)",
        "async with asyncio.timeout(20):\n    await answer()",
        "await asyncio.wait_for(answer(), 0.5)",
        "assert process.wait(timeout=30) == 0",
        "connection.settimeout(60)",
        "assert event.wait(10)",
    ],
)
def test_planted_bound_is_found(planted: str) -> None:
    assert len(bounds(planted)) == 1


@pytest.mark.parametrize(
    "harmless",
    [
        "with pytest.raises(httpx.ReadTimeout):\n    httpx.get(url, timeout=0.3)",
        "process.wait(timeout=WAIT_SECONDS)",
        "thread.join()",
        "', '.join(names)",
        "await asyncio.wait({task})",
        "item.add_marker(pytest.mark.timeout(900))",
    ],
)
def test_bound_that_decides_nothing_is_not_found(harmless: str) -> None:
    assert bounds(harmless) == []


def test_examples_have_no_deadline() -> None:
    assert settings.default is not None
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
