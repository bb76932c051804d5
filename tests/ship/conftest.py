"""The image, built once for all tests."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.ship.containers import ROOT, Container, running_container


@pytest.fixture(scope="session")
def image() -> str:
    """The name of the image, built now from this tree by the script that ships it."""
    done = subprocess.run(
        ["scripts/build-image", "--stand-in"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def container(image: str) -> Iterator[Container]:
    """A running container of the image."""
    with running_container(image) as container:
        yield container
