"""A bill of materials is attached to its image by the format of the OCI."""

import hashlib
import json
from pathlib import Path

import pytest

from scripts.attach_sbom import SBOM_TYPE, attach, main

IMAGE = {
    "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
    "digest": "sha256:" + "0" * 64,
    "size": 7,
    "annotations": {"org.opencontainers.image.ref.name": "0.1.0"},
}


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    """A layout with one image."""
    folder = tmp_path / "layout"
    (folder / "blobs/sha256").mkdir(parents=True)
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [IMAGE]}))
    return folder


@pytest.fixture
def sbom(tmp_path: Path) -> Path:
    """A bill of materials."""
    file = tmp_path / "sbom.json"
    file.write_text('{"bomFormat": "CycloneDX"}')
    return file


def test_referrer_names_its_image_and_holds_the_file(layout: Path, sbom: Path) -> None:
    digest = attach(layout, sbom)
    blobs = layout / "blobs/sha256"
    image, entry = json.loads((layout / "index.json").read_text())["manifests"]
    assert image == IMAGE
    assert (entry["digest"], entry["artifactType"]) == (digest, SBOM_TYPE)
    manifest = json.loads((blobs / digest.removeprefix("sha256:")).read_text())
    assert manifest["subject"] == {name: IMAGE[name] for name in ("mediaType", "digest", "size")}
    assert manifest["artifactType"] == SBOM_TYPE
    (layer,) = manifest["layers"]
    content = (blobs / layer["digest"].removeprefix("sha256:")).read_bytes()
    assert content == sbom.read_bytes()
    assert layer["size"] == len(content)
    for blob in blobs.iterdir():
        assert hashlib.sha256(blob.read_bytes()).hexdigest() == blob.name


def test_file_is_attached_once(layout: Path, sbom: Path) -> None:
    assert attach(layout, sbom) == attach(layout, sbom)
    assert len(json.loads((layout / "index.json").read_text())["manifests"]) == 2


@pytest.mark.parametrize("count", [0, 2])
def test_layout_without_one_image_is_refused(
    layout: Path, sbom: Path, count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    (layout / "index.json").write_text(json.dumps({"manifests": [IMAGE] * count}))
    assert main([str(layout), str(sbom)]) == 1
    assert f"has {count} images" in capsys.readouterr().err
