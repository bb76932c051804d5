"""The revision of answers: a hash of the code that computes them."""

import hashlib
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Final

import engine
import execution
import resolvers
import schema
from primeql import __version__

# The code that computes answers: a change of any line may correct one.
PACKAGES: Final = (engine, resolvers, schema, execution)
LIBRARIES: Final = ("gmpy2", "graphql-core", "numpy", "python-flint", "sympy")


def answer_revision(packages: tuple[ModuleType, ...] = PACKAGES) -> str:
    """Return the version of the service, with a hash of the code that computes its answers.

    The keys of cached answers and entity tags contain it. The version alone is not enough: a wrong
    answer may be corrected between two releases, or by a new release of a library, and the cached
    one would stay wrong.

    Cost: 10 ms, for 200 files.
    """
    known = hashlib.sha256()
    for library in LIBRARIES:
        known.update(f"{library} {metadata.version(library)}\n".encode())
    for package in packages:
        assert package.__file__ is not None
        folder = Path(package.__file__).parent
        for path in sorted(folder.rglob("*.py")):
            source = path.read_bytes()
            name = path.relative_to(folder.parent).as_posix()
            known.update(f"{name} {len(source)}\n".encode() + source)
    return f"{__version__}-{known.hexdigest()[:16]}"
