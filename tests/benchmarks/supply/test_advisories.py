"""What was not looked up is no pass, whatever the tool itself makes of it."""

import json
from pathlib import Path

import pytest

from benchmarks.supply.advisories import look_up, read

SOUND = {"name": "lamp", "version": "1.0", "vulns": []}
HOLED = {"name": "rug", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": []}]}
UNKNOWN = {"name": "vase", "skip_reason": "Dependency not found on PyPI and could not be audited: vase (3.0)"}


def tool(folder: Path, script: str) -> Path:
    file = folder / "pip-audit"
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)
    return file


@pytest.mark.parametrize(
    ("dependencies", "code"),
    [([SOUND], 0), ([SOUND, HOLED], 1), ([SOUND, UNKNOWN], 2), ([HOLED, UNKNOWN], 1), ([UNKNOWN], 2), ([], 2)],
)
def test_only_what_was_looked_up_whole_and_has_no_hole_passes(dependencies: list[object], code: int) -> None:
    assert read(json.dumps({"dependencies": dependencies})).exit_code == code


def test_holes_and_what_is_unknown_are_named() -> None:
    told = "\n".join(read(json.dumps({"dependencies": [SOUND, HOLED, UNKNOWN]})).told())
    assert "rug 2.0: PYSEC-1, mended in 2.1" in told
    assert "NOT looked up: 1 packages (vase)" in told and "no pass" in told


def test_a_service_that_cannot_be_reached_is_told_and_no_pass(tmp_path: Path) -> None:
    findings = look_up(tool(tmp_path, "echo 'ERROR: connection refused' >&2; exit 1"), {"lamp": "1.0"})
    assert findings.exit_code == 2
    assert "the advisory service cannot be reached (ERROR: connection refused)" in findings.told()[1]


def test_a_build_for_one_kind_of_machine_is_looked_up_by_its_public_version(tmp_path: Path) -> None:
    script = 'test "$(cat "$2")" = "torch==2.13.0" && echo \'{"dependencies": [{"name": "torch", "vulns": []}]}\''
    assert look_up(tool(tmp_path, script), {"torch": "2.13.0+cpu"}).exit_code == 0
