"""Whether anything that is installed has a known hole, by what pip-audit is told.

pip-audit ends well where the service knows none of the packages; here whatever was not looked up is a fault.
"""

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOLES, NOT_LOOKED_UP = 1, 2
SHOWN = 8
SERVICE_SECONDS = 15


@dataclass(frozen=True)
class Findings:
    """How many packages were looked up, the holes in words, and the packages not looked up with the reason of each."""

    looked_up: int
    holes: Sequence[str]
    missed: Mapping[str, str]

    @property
    def exit_code(self) -> int:
        """0 only where every package was looked up and none has a hole."""
        return HOLES if self.holes else NOT_LOOKED_UP if self.missed or not self.looked_up else 0

    def told(self) -> list[str]:
        """Lines for whoever asked."""
        lines = [f"advisories: {self.looked_up} packages looked up, {len(self.holes)} known holes", *self.holes]
        if self.missed:
            names = list(self.missed)
            more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            lines.append(
                f"NOT looked up: {len(names)} packages ({', '.join(names[:SHOWN])}{more}): {self.missed[names[0]]}; "
                "nothing is known of them, so this is no pass. Run it again where the advisory service can be reached"
            )
        elif not self.looked_up:
            lines.append("nothing was looked up, so this is no pass")
        return lines


def read(report: str) -> Findings:
    """Read pip-audit's JSON; raises `ValueError` for what is none."""
    dependencies = json.loads(report)["dependencies"]
    missed = {str(one["name"]): str(one["skip_reason"]) for one in dependencies if "skip_reason" in one}
    looked_up = [one for one in dependencies if "skip_reason" not in one]
    holes = [
        f"  {one['name']} {one['version']}: {hole['id']}"
        + (f", mended in {', '.join(hole['fix_versions'])}" if hole["fix_versions"] else ", no version mends it")
        for one in looked_up
        for hole in one["vulns"]
    ]
    return Findings(len(looked_up), holes, missed)


def look_up(tool: Path, versions: Mapping[str, str]) -> Findings:
    """Ask the advisory service of every package at its public version (`2.13.0+cpu` is 2.13.0)."""
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "asked.txt"
        asked.write_text("".join(f"{name}=={version.split('+')[0]}\n" for name, version in versions.items()))
        given = ["-r", str(asked), "--disable-pip", "--no-deps", "-f", "json", "--progress-spinner", "off"]
        done = subprocess.run(
            [tool, *given, "--timeout", str(SERVICE_SECONDS)], capture_output=True, text=True, check=False
        )
    try:
        return read(done.stdout)
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"]
        return Findings(0, [], dict.fromkeys(versions, f"the advisory service cannot be reached ({said[-1]})"))
