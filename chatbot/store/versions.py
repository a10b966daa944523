"""Snapshots, runs, versions, and the aliases `champion`, `candidate` and `canary` that point at versions.

A version's name is immutable and never used again. `base` names the untouched base model and is always there.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from chatbot.errors import NotFoundError
from chatbot.records import Run, Version, new_id, now
from chatbot.store.database import Database

BASE = "base"


class Versions:
    """The tables of snapshots, runs, versions and aliases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_snapshot(self, pack: str, folder: Path, counts: Mapping[str, object], actor: str, number: int) -> None:
        """Record a frozen snapshot."""
        row = {"number": number, "path": str(folder), "pack": pack, "counts": json.dumps(counts)}
        with self._database.writing() as db:
            db["snapshots"].insert(row | {"actor": actor, "created_at": now()})
            self._database.event(actor, "snapshot", str(number), counts=counts)

    def snapshots(self) -> list[dict[str, Any]]:
        """All snapshots, the latest first; `counts` decoded."""
        rows = self._database.rows("select * from snapshots order by number desc")
        home = self._database.path.parent.resolve()
        return [
            row | {"path": str(home / "snapshots" / str(row["number"])), "counts": json.loads(row["counts"])}
            for row in rows
        ]

    def next_snapshot_number(self) -> int:
        """The number that the next snapshot takes."""
        row = self._database.row("select coalesce(max(number), 0) + 1 as number from snapshots")
        return int(row["number"]) if row else 1

    def start_run(self, actor: str, run_id: str | None = None) -> Run:
        """Record that a run begins."""
        run = Run(run_id or new_id(), None, "running", actor, now())
        with self._database.writing() as db:
            db["runs"].insert(asdict(run) | {"progress": "{}"})
            self._database.event(actor, "run_started", run.id)
        return run

    def update_run(self, run_id: str, **values: Any) -> None:
        """Set columns of a run; `progress` is a dictionary."""
        if "progress" in values:
            values["progress"] = json.dumps(values["progress"])
        if values.get("status") not in (None, "running"):
            values.setdefault("finished_at", now())
        with self._database.writing() as db:
            db["runs"].update(run_id, values)

    def run(self, run_id: str) -> Run:
        """One run by its id."""
        row = self._database.row("select * from runs where id = :id", id=run_id)
        if row is None:
            raise NotFoundError(f"run {run_id!r} does not exist: `python -m training versions` lists what there is")
        return _run(row)

    def runs(self, limit: int = 50) -> list[Run]:
        """The latest runs first."""
        return [
            _run(row) for row in self._database.rows("select * from runs order by started_at desc limit :n", n=limit)
        ]

    def add_version(self, pack: str, base: str, digest: str, run: str | None, snapshot: int | None) -> Version:
        """Reserve the next name and record the version under it; its folder stands beside the database."""
        with self._database.writing() as db:
            row = db.conn.execute("select coalesce(max(number), 0) + 1 from versions").fetchone()
            name = f"{pack}-v{row[0]:04d}-{digest[:8]}"
            version = Version(name, str(self._folder(name)), base, run, snapshot, now())
            db["versions"].insert(asdict(version) | {"number": row[0], "measures": "{}", "gate": "{}"})
            self._database.event("system", "version", name, run=run, snapshot=snapshot)
        return version

    def get(self, name: str) -> Version:
        """A version by name or alias; raises `NotFoundError` that lists the known ones."""
        target = self.alias(name) or name
        row = self._database.row("select * from versions where name = :name", name=target)
        if row is None:
            known = [version.name for version in self.all()][:5]
            names = ", ".join(known) if known else "none yet; `python -m training cycle` makes one"
            raise NotFoundError(f"version {name!r} does not exist: known versions are {names}")
        return self._version(row)

    def resolve(self, name: str) -> str:
        """The name behind a name or alias: `base` or a registered version; raises `NotFoundError`.

        Before anything was promoted, `champion` is the base.
        """
        target = self.alias(name) or (BASE if name == "champion" else name)
        return target if target == BASE else self.get(target).name

    def all(self) -> list[Version]:
        """All versions, the latest first."""
        return [self._version(row) for row in self._database.rows("select * from versions order by number desc")]

    def set_measures(self, name: str, measures: Mapping[str, object]) -> None:
        """Store what evaluation found."""
        with self._database.writing() as db:
            db.conn.execute("update versions set measures = ? where name = ?", [json.dumps(measures), name])

    def set_gate(self, name: str, verdict: Mapping[str, object]) -> None:
        """Store the gate's verdict."""
        with self._database.writing() as db:
            db.conn.execute("update versions set gate = ? where name = ?", [json.dumps(verdict), name])

    def alias(self, alias: str) -> str | None:
        """The version that an alias points at, or None."""
        row = self._database.row("select version from aliases where alias = :alias", alias=alias)
        return str(row["version"]) if row else None

    def point(self, alias: str, version: str, actor: str) -> None:
        """Move an alias; where it pointed before is in the events."""
        with self._database.writing() as db:
            before = self.alias(alias)
            db["aliases"].upsert(
                {"alias": alias, "version": version, "previous": before, "updated_at": now()}, pk="alias"
            )
            self._database.event(actor, f"alias_{alias}", version, before=before)

    def drop(self, alias: str, actor: str) -> str | None:
        """Take an alias away; returns where it pointed."""
        with self._database.writing() as db:
            before = self.alias(alias)
            if before:
                db.conn.execute("delete from aliases where alias = ?", [alias])
                self._database.event(actor, f"dropped_{alias}", before)
        return before

    def champions(self) -> list[str]:
        """The versions that were champion, the latest first."""
        rows = self._database.rows(
            "select subject from events where kind = 'alias_champion' order by at desc, rowid desc"
        )
        return [row["subject"] for row in rows]

    def _folder(self, name: str) -> Path:
        return self._database.path.parent.resolve() / "versions" / name

    def _version(self, row: dict[str, Any]) -> Version:
        """A row as a version; its folder is looked for beside the database, so that a home can be moved."""
        values = {key: value for key, value in row.items() if key != "number"}
        decoded = {
            "path": str(self._folder(row["name"])),
            "measures": json.loads(row["measures"]),
            "gate": json.loads(row["gate"]),
        }
        return Version(**values | decoded)


def _run(row: dict[str, Any]) -> Run:
    return Run(**row | {"progress": json.loads(row["progress"])})
