"""The list of parts is CycloneDX, with the libraries that are kept in the repository in it."""

import json
from pathlib import Path

import pytest

from benchmarks.supply.licences import vendored
from benchmarks.supply.parts import write
from benchmarks.supply.pins import SupplyError

LISTS_ONE = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo '{"bomFormat": "CycloneDX", "components": [{"name": "lamp"}]}' > "$2"
"""


def tool(folder: Path, script: str) -> Path:
    file = folder / "cyclonedx-py"
    file.write_text(script, encoding="utf-8")
    file.chmod(0o755)
    return file


def test_what_is_installed_and_what_is_kept_are_listed(tmp_path: Path) -> None:
    sbom = tmp_path / "build" / "sbom.json"
    assert write(tool(tmp_path, LISTS_ONE), sbom, vendored()) == 1 + len(vendored())
    parts = {part["name"]: part for part in json.loads(sbom.read_text(encoding="utf-8"))["components"]}
    assert parts.keys() == {"lamp", *(one.name for one in vendored())}
    assert parts["dompurify"]["licenses"] == [{"expression": "Apache-2.0 OR MPL-2.0"}]
    assert parts["marked"]["hashes"][0]["content"] == vendored()[0].sha256


def test_a_tool_that_fails_is_told(tmp_path: Path) -> None:
    with pytest.raises(SupplyError, match="no such interpreter"):
        write(tool(tmp_path, "#!/bin/sh\necho no such interpreter >&2; exit 1\n"), tmp_path / "sbom.json", [])
