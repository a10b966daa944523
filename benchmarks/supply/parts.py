"""The list of parts (SBOM, CycloneDX): what cyclonedx-py finds installed, and the libraries kept in the repository."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.supply.licences import Vendored
from benchmarks.supply.pins import ROOT, SupplyError


def component(one: Vendored) -> dict[str, object]:
    """A library that is kept in the repository, as CycloneDX writes it."""
    return {
        "bom-ref": f"vendored:{one.file}",
        "type": "library",
        "name": one.name,
        "version": one.version,
        "purl": f"pkg:npm/{quote(one.name)}@{one.version}",
        "description": f"Kept in the repository as {one.file}.",
        "hashes": [{"alg": "SHA-256", "content": one.sha256}],
        "licenses": [{"expression": one.licence.replace(" or ", " OR ")}],
    }


def write(tool: Path, file: Path, kept: Sequence[Vendored]) -> int:
    """Write the list of what this interpreter has installed, and return how many parts it names."""
    file.parent.mkdir(parents=True, exist_ok=True)
    given = ["environment", sys.executable, "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    done = subprocess.run([tool, *given, "-o", str(file)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SupplyError(f"cyclonedx-py could not list the parts: {done.stderr.strip() or done.returncode}")
    found = json.loads(file.read_text(encoding="utf-8"))
    found["components"] += map(component, kept)
    file.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return len(found["components"])
