"""Snapshots, runs, versions, and the aliases `champion`, `candidate` and `canary` that point at versions.

A version's name is immutable and never used again. `base` names the untouched base model and is always there.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

from chatbot.lineage import Run, RunProgress, RunStatus, SnapshotCounts, SnapshotRecord, Version

BASE = "base"


class RunChanges(TypedDict, total=False):
    """What may change of a run."""

    snapshot: int | None
    status: RunStatus
    started_at: str
    finished_at: str | None
    progress: Mapping[str, object]
    version: str | None
    error: str | None


class Versions(Protocol):
    """The tables of snapshots, runs, versions and aliases."""

    def add_snapshot(self, pack: str, folder: Path, counts: SnapshotCounts, actor: str, number: int) -> None:
        """Record a frozen snapshot."""
        ...

    def recount_snapshot(self, number: int, counts: SnapshotCounts) -> None:
        """Record what a snapshot holds since rows were taken out of it."""
        ...

    def snapshots(self) -> list[SnapshotRecord]:
        """All snapshots, the latest first."""
        ...

    def next_snapshot_number(self) -> int:
        """The number that the next snapshot takes."""
        ...

    def start_run(self, actor: str, run_id: str | None = None, progress: RunProgress | None = None) -> Run:
        """Record that a run begins, with what was asked of it."""
        ...

    def update_run(self, run_id: str, **values: Unpack[RunChanges]) -> None:
        """Set fields of a run; one that is not running any more has finished now, unless told when."""
        ...

    def run(self, run_id: str) -> Run:
        """One run by its id."""
        ...

    def runs(self, limit: int = 50) -> list[Run]:
        """The latest runs first."""
        ...

    def add_version(self, pack: str, base: str, digest: str, run: str | None, snapshot: int | None) -> Version:
        """Reserve the next name and record the version under it; its folder stands beside the database."""
        ...

    def get(self, name: str) -> Version:
        """A version by name or alias; raises `NotFoundError` that lists the known ones."""
        ...

    def resolve(self, name: str) -> str:
        """The name behind a name or alias: `base` or a registered version; raises `NotFoundError`.

        Before anything was promoted, `champion` is the base.
        """
        ...

    def all(self) -> list[Version]:
        """All versions, the latest first."""
        ...

    def set_measures(self, name: str, measures: Mapping[str, object]) -> None:
        """Store what evaluation found."""
        ...

    def set_gate(self, name: str, verdict: Mapping[str, object]) -> None:
        """Store the gate's verdict."""
        ...

    def alias(self, alias: str) -> str | None:
        """The version that an alias points at, or None."""
        ...

    def point(self, alias: str, version: str, actor: str) -> None:
        """Move an alias; where it pointed before is in the events."""
        ...

    def drop(self, alias: str, actor: str) -> str | None:
        """Take an alias away; returns where it pointed."""
        ...

    def champions(self) -> list[str]:
        """The versions that were champion, the latest first."""
        ...
