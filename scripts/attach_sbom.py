"""Attach a bill of materials to the image in an OCI layout, as registries know it: a referrer.

    scripts/push-image oci:FOLDER
    scripts/make-sbom > sbom.json
    python -m scripts.attach_sbom FOLDER sbom.json

prints the digest of what was attached. To a registry, `oras attach --artifact-type
application/vnd.cyclonedx+json REPOSITORY@DIGEST sbom.json` sends the same.

Source of the format: OCI image specification 1.1, "Guidelines for Artifact Usage": a manifest whose
``subject`` is the image, whose layer is the file, and whose configuration is empty.
"""

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
EMPTY_TYPE = "application/vnd.oci.empty.v1+json"
SBOM_TYPE = "application/vnd.cyclonedx+json"


def attach(layout: Path, sbom: Path) -> str:
    """Attach a file to the one image of a layout; return the digest of its manifest.

    Raises:
        ValueError: The layout has no image, or several.
    """
    index_file = layout / "index.json"
    index = json.loads(index_file.read_text())
    images = [one for one in index["manifests"] if "artifactType" not in one]
    if len(images) != 1:
        raise ValueError(f"{layout} has {len(images)} images; it must have one")
    subject = {name: images[0][name] for name in ("mediaType", "digest", "size")}
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "artifactType": SBOM_TYPE,
        "config": _blob(layout, b"{}", EMPTY_TYPE),
        "layers": [_blob(layout, sbom.read_bytes(), SBOM_TYPE)],
        "subject": subject,
    }
    entry = _blob(layout, json.dumps(manifest).encode(), MANIFEST_TYPE)
    entry["artifactType"] = SBOM_TYPE
    if entry not in index["manifests"]:
        index["manifests"].append(entry)
        index_file.write_text(json.dumps(index))
    return str(entry["digest"])


def _blob(layout: Path, content: bytes, media_type: str) -> dict[str, Any]:
    """Write a blob; return its descriptor."""
    digest = hashlib.sha256(content).hexdigest()
    (layout / "blobs/sha256" / digest).write_bytes(content)
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}


def main(arguments: list[str] | None = None) -> int:
    """Attach one file."""
    parser = argparse.ArgumentParser(description="Attach a bill of materials to an image.")
    parser.add_argument("layout", type=Path, help="folder that scripts/push-image has written to")
    parser.add_argument("sbom", type=Path, help="what scripts/make-sbom has printed")
    options = parser.parse_args(arguments)
    try:
        print(attach(options.layout, options.sbom))
    except (OSError, ValueError, KeyError) as error:
        print(f"attach_sbom: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
