"""`python -m benchmarks.supply`: `audit`, `licences` and `lock`, which the Makefile calls with their tools."""

import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import click

from benchmarks.supply import advisories, licences, parts
from benchmarks.supply.pins import CONSTRAINTS, LOCK, ROOT, SupplyError, plain, without_torch

SBOM = ROOT / "build" / "sbom.json"
OURS = "chatbot-loop"
tools = click.argument("tools", type=click.Path(exists=True, file_okay=False, path_type=Path))


@click.group()
def commands() -> None:
    """What the product is made of."""


@commands.command()
@tools
def audit(tools: Path) -> None:
    """List parts, and look up advisories for what is installed.

    Exit code 1: a known hole. 2: something could not be looked up.
    """
    count = parts.write(tools / "cyclonedx-py", SBOM, licences.vendored())
    click.echo(f"parts: {count} in {SBOM.relative_to(ROOT)}; licences: {licences.PAGE.relative_to(ROOT)}")
    installed = {plain(one.name): one.version for one in distributions() if plain(one.name) != OURS}
    findings = advisories.look_up(tools / "pip-audit", dict(sorted(installed.items())))
    for line in findings.told():
        click.echo(line, err=findings.exit_code != 0)
    sys.exit(findings.exit_code)


@commands.command("licences")
def write_licences() -> None:
    """Write docs/licences.md anew."""
    licences.PAGE.write_text(licences.page(), encoding="utf-8")


@commands.command()
@tools
def lock(tools: Path) -> None:
    """Write .ci/requirements.lock anew: the hashes of what .ci/constraints.txt pins, for all platforms."""
    given = ["--extra", "test", "-c", str(CONSTRAINTS), "--universal", "--python-version", "3.11", "--generate-hashes"]
    done = subprocess.run(
        [tools / "uv", "pip", "compile", "-q", "--no-header", "--no-annotate", *given, "pyproject.toml"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise SupplyError(f"uv could not resolve what is pinned: {done.stderr.strip()}")
    LOCK.write_text(f"# Written by `make lock`.\n{without_torch(done.stdout)}", encoding="utf-8")


if __name__ == "__main__":
    commands()
