"""Runs every benchmark, each in a process of its own, and writes benchmarks/RESULTS.md.

Usage: python -m benchmarks [NAME ...], such as ``python -m benchmarks ranges``; all without names.
Each has a section of the page, which is written anew when it has run.
"""

import datetime
import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
PEERS = (
    "numpy",
    "python-flint",
    "gmpy2",
    "sympy",
    "cypari",
    "passagemath-primesieve-primecount",
    "strawberry-graphql",
    "graphql-core",
)
HEAD = """# Benchmark results

Written by `make bench`. CPU time, ours and the peer's interleaved in one run, medians; a ratio
below 1 means that ours is faster. Caches are warm, as in a running server, unless a line says
otherwise.

"""


def main(names: list[str]) -> None:
    """Run the benchmarks named, or all, and print what they print."""
    known = sorted(path.stem.removeprefix("bench_") for path in FOLDER.glob("bench_*.py"))
    for name in names or known:
        if name not in known:
            raise SystemExit(f"there is no benchmark {name}; there are {', '.join(known)}")
        command = f"python -m benchmarks.bench_{name}"
        print(f"== {command}", flush=True)
        done = subprocess.run(
            [sys.executable, *command.split()[1:]], stdout=subprocess.PIPE, text=True, check=True
        )
        print(done.stdout, flush=True)
        _write(name, f"`{command}`\n\n{_machine()}```\n{done.stdout.strip()}\n```\n")


def _write(name: str, section: str) -> None:
    """Put a section into the page, in the place of an older one."""
    page = RESULTS.read_text() if RESULTS.exists() else ""
    sections = dict(re.findall(r"^## (\w+)\n\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    sections[name] = section
    written = [f"## {title}\n\n{text.strip()}\n" for title, text in sorted(sections.items())]
    RESULTS.write_text(HEAD + "\n".join(written))


def _machine() -> str:
    """Return the machine, the date and the versions as a list."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.findall(r"model name\s*: (.*)", cpuinfo)
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PEERS)
    today = datetime.datetime.now(datetime.UTC).date()
    return (
        f"- Machine: {len(os.sched_getaffinity(0))} cores of {model[0] if model else 'unknown'},"
        f" {platform.system()}, Python {platform.python_version()}\n"
        f"- Date: {today}\n- Versions: {versions}\n\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
