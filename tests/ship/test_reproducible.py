"""Two builds of one commit from nothing are one image, to the byte."""

import subprocess

import pytest

from tests.ship.containers import ROOT, inspected

pytestmark = pytest.mark.stack


def test_one_commit_makes_one_image(image: str) -> None:
    first = inspected(image)
    done = subprocess.run(
        ["scripts/build-image", "--stand-in", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    second = inspected(done.stdout.strip())
    assert second["RootFS"]["Layers"] == first["RootFS"]["Layers"]
    assert (second["Id"], second["Digest"]) == (first["Id"], first["Digest"])
