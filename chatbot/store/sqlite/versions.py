"""Snapshots, runs, versions and aliases in SQLite; folders are looked for beside it, so that a home can be moved."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Unpack

from chatbot.errors import NotFoundError
from chatbot.lineage import Run, RunProgress, SnapshotCounts, SnapshotRecord, Version
from chatbot.records import new_id, now
from chatbot.store.sqlite.database import Database, Row
from chatbot.store.versions import BASE, RunChanges, Versions
from chatbot.version_folder import VersionFolder


class SqliteVersions(Versions):
    """The tables of snapshots, runs, versions and aliases."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_snapshot(self, pack: str, folder: Path, counts: SnapshotCounts, actor: str, number: int) -> None:
        told = counts.as_dict()
        row = {"number": number, "path": str(folder), "pack": pack, "counts": json.dumps(told)}
        with self._database.writing() as db:
            db["snapshots"].insert(row | {"actor": actor, "created_at": now()})
            self._database.event(actor, "snapshot", str(number), counts=told)

    def recount_snapshot(self, number: int, counts: SnapshotCounts) -> None:
        with self._database.writing() as db:
            db["snapshots"].update(number, {"counts": json.dumps(counts.as_dict())})

    def snapshots(self) -> list[SnapshotRecord]:
        rows = self._database.rows("select * from snapshots order by number desc")
        home = self._database.path.parent.resolve()
        return [
            SnapshotRecord(
                **row
                | {
                    "path": str(home / "snapshots" / str(row["number"])),
                    "counts": SnapshotCounts(**json.loads(row["counts"])),
                }
            )
            for row in rows
        ]

    def next_snapshot_number(self) -> int:
        row = self._database.row("select coalesce(max(number), 0) + 1 as number from snapshots")
        return int(row["number"]) if row else 1

    def start_run(self, actor: str, run_id: str | None = None, progress: RunProgress | None = None) -> Run:
        run = Run(run_id or new_id(), None, "running", actor, now(), progress=progress or {})
        with self._database.writing() as db:
            db["runs"].insert(asdict(run) | {"progress": json.dumps(run.progress)})
            self._database.event(actor, "run_started", run.id)
        return run

    def update_run(self, run_id: str, **values: Unpack[RunChanges]) -> None:
        if values.get("status") not in (None, "running"):
            values.setdefault("finished_at", now())
        encoded = {"progress": json.dumps(values["progress"])} if "progress" in values else {}
        with self._database.writing() as db:
            db["runs"].update(run_id, {**values, **encoded})
            if (status := values.get("status")) not in (None, "running"):
                self._database.event("system", f"run_{status}", run_id)

    def run(self, run_id: str) -> Run:
        row = self._database.row("select * from runs where id = :id", id=run_id)
        if row is None:
            raise NotFoundError(f"run {run_id!r} does not exist: `python -m training versions` lists what there is")
        return _run(row)

    def runs(self, limit: int = 50) -> list[Run]:
        return [
            _run(row) for row in self._database.rows("select * from runs order by started_at desc limit :n", n=limit)
        ]

    def add_version(self, pack: str, base: str, digest: str, run: str | None, snapshot: int | None) -> Version:
        with self._database.writing() as db:
            row = db.conn.execute("select coalesce(max(number), 0) + 1 from versions").fetchone()
            name = f"{pack}-v{row[0]:04d}-{digest[:8]}"
            version = Version(name, str(self._folder(name)), base, run, snapshot, now())
            db["versions"].insert(asdict(version) | {"number": row[0], "measures": "{}", "gate": "{}"})
            self._database.event("system", "version", name, run=run, snapshot=snapshot)
        return version

    def get(self, name: str) -> Version:
        target = self.alias(name) or name
        row = self._database.row("select * from versions where name = :name", name=target)
        if row is None:
            known = [version.name for version in self.all()][:5]
            names = ", ".join(known) if known else "none yet; `python -m training cycle` makes one"
            raise NotFoundError(f"version {name!r} does not exist: known versions are {names}")
        return self._version(row)

    def resolve(self, name: str) -> str:
        target = self.alias(name) or (BASE if name == "champion" else name)
        return target if target == BASE else self.get(target).name

    def all(self) -> list[Version]:
        return [self._version(row) for row in self._database.rows("select * from versions order by number desc")]

    def set_measures(self, name: str, measures: Mapping[str, object]) -> None:
        with self._database.writing() as db:
            db.conn.execute("update versions set measures = ? where name = ?", [json.dumps(measures), name])

    def set_gate(self, name: str, verdict: Mapping[str, object]) -> None:
        with self._database.writing() as db:
            db.conn.execute("update versions set gate = ? where name = ?", [json.dumps(verdict), name])

    def alias(self, alias: str) -> str | None:
        row = self._database.row("select version from aliases where alias = :alias", alias=alias)
        return str(row["version"]) if row else None

    def point(self, alias: str, version: str, actor: str) -> None:
        with self._database.writing() as db:
            before = self.alias(alias)
            db["aliases"].upsert(
                {"alias": alias, "version": version, "previous": before, "updated_at": now()}, pk="alias"
            )
            self._database.event(actor, f"alias_{alias}", version, before=before)

    def drop(self, alias: str, actor: str) -> str | None:
        with self._database.writing() as db:
            before = self.alias(alias)
            if before:
                db.conn.execute("delete from aliases where alias = ?", [alias])
                self._database.event(actor, f"dropped_{alias}", before)
        return before

    def champions(self) -> list[str]:
        rows = self._database.rows("select subject from events where kind = 'alias_champion' order by number desc")
        return [row["subject"] for row in rows]

    def _folder(self, name: str) -> Path:
        return VersionFolder.within(self._database.path.parent, name).path

    def _version(self, row: Row) -> Version:
        values = {key: value for key, value in row.items() if key != "number"}
        decoded = {
            "path": str(self._folder(row["name"])),
            "measures": json.loads(row["measures"]),
            "gate": json.loads(row["gate"]),
        }
        return Version(**values | decoded)


def _run(row: Row) -> Run:
    return Run(**row | {"progress": json.loads(row["progress"])})
