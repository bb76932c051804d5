"""Control groups as kernels and container runtimes lay them out."""

import math
from pathlib import Path

import pytest

from primeql.cgroup import ControlGroup


def group(tmp_path: Path, membership: str, files: dict[str, str]) -> ControlGroup:
    """Return the limits of a process that sees these files below the mounts."""
    for name, text in files.items():
        path = tmp_path / "mounts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    (tmp_path / "membership").write_text(membership)
    return ControlGroup(tmp_path / "mounts", tmp_path / "membership")


# The files are those that the kernel's documentation of both versions names.
LAYOUTS = {
    "version 2 in a container": ("0::/\n", {"cpu.max": "150000 100000"}, 1.5),
    "version 2 without a limit": ("0::/\n", {"cpu.max": "max 100000"}, math.inf),
    "version 2, the limit of the pod": (
        "0::/pod/web\n",
        {"pod/web/cpu.max": "400000 100000", "pod/cpu.max": "200000 100000"},
        2.0,
    ),
    "version 1": (
        "3:cpu,cpuacct:/\n2:memory:/\n",
        {"cpu,cpuacct/cpu.cfs_quota_us": "50000", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
        0.5,
    ),
    "version 1 without a limit": (
        "1:cpu:/\n",
        {"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"},
        math.inf,
    ),
    "version 1, named as on its host": (
        "4:cpuacct,cpu:/docker/4f2a\n",
        {"cpu,cpuacct/cpu.cfs_quota_us": "300000", "cpu,cpuacct/cpu.cfs_period_us": "100000"},
        3.0,
    ),
    "both versions": (
        "1:cpu:/\n0::/\n",
        {"cpu/cpu.cfs_quota_us": "100000", "cpu/cpu.cfs_period_us": "100000", "unified/x": ""},
        1.0,
    ),
    "none": ("", {}, math.inf),
}


@pytest.mark.parametrize(("membership", "files", "cpus"), LAYOUTS.values(), ids=LAYOUTS.keys())
def test_cpu_limit(tmp_path: Path, membership: str, files: dict[str, str], cpus: float) -> None:
    assert group(tmp_path, membership, files).cpus() == cpus


MEMORY = {
    "version 2": ("0::/a\n", {"a/memory.max": "max", "memory.max": "536870912"}, 536870912),
    "version 1": ("2:memory:/\n", {"memory/memory.limit_in_bytes": "268435456"}, 268435456),
    "version 1 without a limit": (
        "2:memory:/\n",
        {"memory/memory.limit_in_bytes": "9223372036854771712"},
        math.inf,
    ),
}


@pytest.mark.parametrize(("membership", "files", "limit"), MEMORY.values(), ids=MEMORY.keys())
def test_memory_limit(tmp_path: Path, membership: str, files: dict[str, str], limit: float) -> None:
    assert group(tmp_path, membership, files).memory_bytes() == limit


def test_where_there_are_no_groups_there_is_no_limit(tmp_path: Path) -> None:
    nowhere = ControlGroup(tmp_path / "mounts", tmp_path / "membership")
    assert (nowhere.cpus(), nowhere.memory_bytes()) == (math.inf, math.inf)
