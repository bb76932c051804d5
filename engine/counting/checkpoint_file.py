"""Writes and reads the file of prime counts that is shipped with the engine."""

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.errors import InvariantError

DATA = Path(__file__).parents[1] / "data"


@dataclass(frozen=True, slots=True)
class CheckpointHeader:
    """The header of the counts, stored in a JSON file beside them.

    There are ``entries`` adjacent intervals from 0 on, of ``spacing`` integers each. ``sha256`` is
    the checksum of the counts before compression.
    """

    spacing: int
    entries: int
    sha256: str
    command: str
    date: str


def write_checkpoints(
    counts: NDArray[np.uint32], spacing: int, command: str, date: str, folder: Path = DATA
) -> None:
    """Write the counts and their header; counts[i] is for [i * spacing, (i + 1) * spacing).

    All lowest bytes of the counts are stored first, then all second bytes, and so on: the upper
    bytes hardly vary, so they compress to almost nothing. A count takes about 1.3 bytes.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     counts = np.array([25, 21], dtype=np.uint32)  # primes below 100, and up to 200
    ...     write_checkpoints(counts, 100, "by hand", "2026-11-28", Path(folder))
    ...     read_checkpoints(Path(folder))[1].tolist()
    [25, 21]
    """
    planes = counts.astype("<u4").view(np.uint8).reshape(-1, 4).T.tobytes()
    header = CheckpointHeader(
        spacing=spacing,
        entries=counts.size,
        sha256=hashlib.sha256(planes).hexdigest(),
        command=command,
        date=date,
    )
    (folder / "checkpoints.bin").write_bytes(zlib.compress(planes, 9))
    (folder / "checkpoints.json").write_text(json.dumps(asdict(header), indent=2) + "\n")


def read_checkpoints(folder: Path = DATA) -> tuple[CheckpointHeader, NDArray[np.uint32]]:
    """Return the header and the counts.

    Raises:
        InvariantError: the counts do not match the checksum in the header.

    >>> header, counts = read_checkpoints()
    >>> int(counts.sum()) >= 346_065_536_839  # pi(10^13)
    True
    """
    header = CheckpointHeader(**json.loads((folder / "checkpoints.json").read_text()))
    planes = zlib.decompress((folder / "checkpoints.bin").read_bytes())
    if hashlib.sha256(planes).hexdigest() != header.sha256:
        raise InvariantError("the checkpoint file does not match its checksum")
    rows = np.frombuffer(planes, dtype=np.uint8).reshape(4, header.entries)
    counts: NDArray[np.uint32] = np.ascontiguousarray(rows.T).view("<u4").reshape(-1)
    return header, counts
