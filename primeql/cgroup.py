"""Reads the limits of this process's control group, which containers set."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

_MOUNTS = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")
# Version 1 writes "no limit" as the largest multiple of a page below 2^63.
_UNLIMITED_BYTES = 1 << 60


class ControlGroup:
    """The limits of a process's control group, of version 1, 2 or both, and of those above it.

    Args:
        mounts: Where the hierarchies are mounted.
        membership: The process's ``cgroup`` file below ``/proc``.
    """

    def __init__(self, mounts: Path = _MOUNTS, membership: Path = _MEMBERSHIP) -> None:
        """Read the groups of the process; there are none if the file is missing."""
        self._mounts = mounts
        self._paths: dict[str, str] = {}
        for line in (_read(membership) or "").splitlines():
            _, controllers, path = line.split(":", 2)
            for controller in controllers.split(","):
                self._paths[controller] = path

    def cpus(self) -> float:
        """Return how many cores the process may use; infinity without a limit."""
        quotas = [_quota(text) for text in self._texts("", "cpu.max")]
        for folder in self._folders("cpu"):
            quota = _read(folder / "cpu.cfs_quota_us")
            quotas.append(_quota(f"{quota} {_read(folder / 'cpu.cfs_period_us')}"))
        return min(quotas, default=math.inf)

    def memory_bytes(self) -> float:
        """Return how many bytes the process may use; infinity without a limit."""
        texts = [
            *self._texts("", "memory.max"),
            *self._texts("memory", "memory.limit_in_bytes"),
        ]
        limits = [int(text) for text in texts if text.isdigit()]
        return min([limit for limit in limits if limit < _UNLIMITED_BYTES], default=math.inf)

    def _texts(self, controller: str, name: str) -> Iterator[str]:
        """Yield the content of a file in the process's group and in all groups above it."""
        for folder in self._folders(controller):
            text = _read(folder / name)
            if text is not None:
                yield text

    def _folders(self, controller: str) -> Iterator[Path]:
        """Yield the folders of the group and of all groups above it, in both versions."""
        if controller not in self._paths:
            return
        # A container may see the path of its group on the host, but only the group itself.
        group = Path(self._paths[controller].lstrip("/"))
        for mount in self._hierarchies(controller):
            for path in (group, *group.parents):
                yield mount / path

    def _hierarchies(self, controller: str) -> Iterator[Path]:
        """Yield where the hierarchy of a controller is mounted."""
        if not controller:
            yield from (self._mounts, self._mounts / "unified")
            return
        for mount in self._mounts.glob(f"*{controller}*"):
            if controller in mount.name.split(","):
                yield mount


def _read(path: Path) -> str | None:
    """Return the content of a file; None if there is no such file."""
    try:
        return path.read_text().strip()
    except OSError:
        return None


def _quota(text: str) -> float:
    """Return the number of cores of a text with a quota and a period in microseconds."""
    found = re.fullmatch(r"(\d+) (\d+)", text)
    return int(found[1]) / int(found[2]) if found else math.inf
