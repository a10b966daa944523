"""What an operator is told, in plain words and plain data: what waits, how a run goes, what versions are worth.

Reads the store and draws nothing; `view` draws it.
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chatbot.dialogue.session import Session
from chatbot.errors import NotFoundError
from chatbot.knowledge.packs import Pack
from chatbot.lineage import Measures, Run, SnapshotCounts, SuiteMeasures, Version
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.curation.snapshots import curate
from training.release.publish import version_before
from training.runs.files import STOP, run_folder
from training.runs.progress import Point
from training.runs.resuming import left_by_cycle

GIVEN = {"like": "Likes", "dislike": "Dislikes", "correction": "Corrections", "answer": "Approvals"}
DECISIONS = {"promote": "passed the gate", "hold": "held by the gate"}
LEARNED_FROM = (
    "rating",
    "rating_withdrawn",
    "correction",
    "answer_approved",
    "answer_withdrawn",
    "consent",
    "conversation_deleted",
    "person_deleted",
    "snapshot",
)


@dataclass(frozen=True)
class Waiting:
    """Feedback since the last snapshot, and what a snapshot made now would hold."""

    snapshot: int | None
    since: str
    given: dict[str, int]
    counts: SnapshotCounts

    @property
    def empty(self) -> bool:
        """Whether nobody said anything since."""
        return not any(self.given.values())


@dataclass(frozen=True)
class Loss:
    """A point of the plot: a loss at a step, on the rows of one kind."""

    step: int
    loss: float
    rows: str


@dataclass(frozen=True)
class VersionRow:
    """A line of the table of versions."""

    version: Version
    aliases: list[str]
    suites: Mapping[str, SuiteMeasures]
    perplexity: float | None
    decision: str


def feedback_mark(store: Store) -> int:
    """Changes whenever what could be learned from does."""
    return store.events.mark(LEARNED_FROM)


def find_waiting(pack: Pack, store: Store, writes: bool) -> Waiting:
    """What was said since the pack's last snapshot; curates, which takes a second for some hundred rows.

    `writes` as in `curate`, so that the counts are those of the snapshot that a cycle would make.
    """
    latest = next((one for one in store.versions.snapshots() if one.pack == pack.name), None)
    since = latest.created_at if latest else ""
    answers = sum(answer.created_at > since for answer in store.feedback.answers())
    given = dict.fromkeys(GIVEN, 0) | store.feedback.given_since(pack.name, since) | {"answer": answers}
    return Waiting(latest.number if latest else None, since, given, curate(pack, store, writes).counts)


class WaitingFeedback:
    """What waits, curated again only when something that could be learned from has changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._mark = -1
        self._found: Waiting | None = None

    def waiting(self) -> Waiting:
        """The feedback since the last snapshot, with what a snapshot made now would hold."""
        with self._lock:
            mark = feedback_mark(self._session.store)
            if self._found is None or mark != self._mark:
                session = self._session
                self._found, self._mark = find_waiting(session.pack, session.store, session.settings.reads), mark
            return self._found


def plan(waiting: Waiting, store: Store) -> str:
    """What a retraining would do, before it is started."""
    rows, checks = waiting.counts.train, waiting.counts.validation
    if not rows:
        return "There is no usable row to learn from: add pairs to the pack or let agents correct replies."
    seconds = expected_seconds(store, rows)
    time = f"takes roughly {duration(seconds)}" if seconds else "shows the time left once it has begun"
    same = " Nothing new was said since the last snapshot, so it would learn from the same rows again."
    return (
        f"Learns from {count(rows, 'row')}, validates on {checks:,}, and {time}. People can keep chatting meanwhile; "
        "the new version answers only if the gate finds it better."
        + (same if waiting.empty and waiting.snapshot else "")
    )


def expected_seconds(store: Store, rows: int) -> float | None:
    """How long a run on so many rows takes, going by the last finished one; None where there was none."""
    sizes = {snapshot.number: snapshot.counts.train for snapshot in store.versions.snapshots()}
    for run in store.versions.runs():
        size = sizes.get(run.snapshot or 0)
        if run.status == "finished" and run.finished_at and size:
            lasted = datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)
            return float(lasted.total_seconds() * rows / size)
    return None


def duration(seconds: float) -> str:
    """A rough time."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return count(minutes, "minute") if minutes < 90 else f"{round(minutes / 60)} hours"


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def moment(stamp: str) -> str:
    """A time for people to read."""
    time = datetime.fromisoformat(stamp)
    day = "today" if time.date() == datetime.now(UTC).date() else f"{time.day} {time:%b %Y}"
    return f"{day}, {time:%H:%M} UTC"


def pace(run: Run) -> list[str]:
    """How fast the run under way learns, and how much is left, as far as it is known."""
    progress, parts = run.progress, []
    speed = progress.get("tokens_per_second")
    if progress.get("phase") == "fine-tuning" and progress.get("steps") and speed:
        parts += [f"step {progress.get('step', 0)} of {progress['steps']}", f"{speed:,.0f} tokens/s"]
    elif progress.get("message") not in (None, progress.get("phase")):
        parts.append(str(progress["message"]))
    left = progress.get("seconds_left")
    if left is not None:
        parts.append(f"about {duration(left)} of learning left")
    return parts


def stop_asked(session: Session, run: Run) -> bool:
    """Whether somebody asked the run to stop."""
    return (run_folder(session.settings, run.id) / STOP).exists()


def has_checkpoint(session: Session, run: Run) -> bool:
    """Whether the next run may go on where this one ended."""
    unfinished = run.status in ("stopped", "failed", "interrupted")
    return unfinished and left_by_cycle(run_folder(session.settings, run.id))


def outcome(run: Run, version: Version | None) -> str:
    """What came of a run that is over."""
    if run.error and run.error.startswith("continued as"):
        return f"It ended before it was done and was {run.error}."
    if run.status == "finished":
        decision = {"promote": "passed the gate and was promoted", "hold": "was held by the gate"}
        found = decision.get(version.gate.get("decision", "")) if version else None
        return f"It made {run.version}, which {found or 'was not judged'}." if run.version else "It is done."
    if run.status == "stopped":
        return "It was stopped by a person. What it had learned is kept as far as its last checkpoint."
    if run.status == "interrupted":
        return f"It was interrupted ({run.error or 'the process ended'}). Nothing that answers people was changed."
    return f"It failed: {run.error or 'the reason is in training.log'}. Nothing that answers people was changed."


def curve(run: Run) -> list[Loss]:
    """The losses of a run so far."""
    points = [Point.from_dict(point) for point in run.progress.get("curve", [])]
    train = [Loss(point.step, point.train_loss, "training") for point in points if point.train_loss is not None]
    return train + [
        Loss(point.step, point.validation_loss, "validation") for point in points if point.validation_loss is not None
    ]


def before_champion(store: Store) -> str:
    """What answers after rolling back; raises `NotFoundError` where the base model answers already."""
    champion = store.versions.alias("champion")
    if champion in (None, BASE):
        raise NotFoundError("there is nothing to roll back to: the base model answers already")
    return version_before(store.versions.champions(), str(champion))


def named(version: str) -> str:
    """A version's name within a sentence."""
    return "the base model" if version == BASE else version


def version_rows(session: Session) -> list[VersionRow]:
    """All versions, the latest first, the base model last."""
    versions = session.store.versions
    champion = versions.resolve("champion")
    pointed = {"champion": champion, "candidate": versions.alias("candidate"), "canary": versions.alias("canary")}
    base = Version(BASE, "", session.settings.base_model, None, None, "", _base_measures(session.settings.home))
    rows = []
    for version in [*versions.all(), base]:
        aliases = [
            alias
            for alias, name in pointed.items()
            if name == version.name and not (alias == "candidate" and name == champion)
        ]
        decision = "" if version.name == BASE else DECISIONS.get(version.gate.get("decision", ""), "not judged")
        suites, perplexity = version.measures.get("suites", {}), version.measures.get("perplexity")
        rows.append(VersionRow(version, aliases, suites, perplexity, decision))
    return rows


def who(actor: str) -> str:
    """How people call an actor."""
    role, _, name = actor.partition(":")
    if role == "visitor":
        return "A visitor"
    return f"{name} ({role})" if name else {"system": "The system", "stranger": "Somebody"}.get(role, role)


def _base_measures(home: Path) -> Measures:
    files = sorted((home / "measures").glob(f"{BASE}-*.json"), key=lambda file: file.stat().st_mtime)
    measures: Measures = json.loads(files[-1].read_text(encoding="utf-8")) if files else {}
    return measures
