"""`python -m benchmarks.supply audit`: parts are listed, and its exit code says whether all was looked up."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import benchmarks.supply.__main__ as supply_commands
from benchmarks.supply import licences
from benchmarks.supply.licences import vendored
from tests.benchmarks.supply.test_parts import LISTS_ONE, tool


@pytest.mark.parametrize(
    ("report", "code", "told"),
    [
        ('{"dependencies": [{"name": "lamp", "version": "1", "vulns": []}]}', 0, "1 packages looked up, 0 known holes"),
        ('{"dependencies": [{"name": "lamp", "skip_reason": "not found"}]}', 2, "no pass"),
        ("", 2, "the advisory service cannot be reached"),
    ],
)
def test_it_passes_only_what_was_looked_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, report: str, code: int, told: str
) -> None:
    monkeypatch.setattr(supply_commands, "ROOT", tmp_path)
    monkeypatch.setattr(supply_commands, "SBOM", tmp_path / "build" / "sbom.json")
    monkeypatch.setattr(licences, "PAGE", tmp_path / "licences.md")
    tool(tmp_path, LISTS_ONE)
    (tmp_path / "pip-audit").write_text(f"#!/bin/sh\necho '{report}'\n", encoding="utf-8")
    (tmp_path / "pip-audit").chmod(0o755)
    done = CliRunner().invoke(supply_commands.commands, ["audit", str(tmp_path)])
    assert done.exit_code == code
    assert f"parts: {1 + len(vendored())} in build/sbom.json" in done.output and told in done.output
