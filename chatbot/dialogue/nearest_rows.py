"""Which of the rows that a version learned from are nearest to one of its replies.

    rows = NearestRows(store)
    rows.of(message, question, knowledge.index.embedder)

Nearness is the mean of two cosines under the embedder that finds passages: question to question and reply to reply. It
says which lessons are about the same; how much each moved the weights is not measured. The questions of a snapshot are
read once and known until the server stops or rows are taken out of the snapshot; nothing of it is written to disk.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from chatbot.dialogue.taught_rows import TaughtRow, taught_rows
from chatbot.errors import NotFoundError
from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors
from chatbot.lineage import SnapshotRecord
from chatbot.snapshot_folder import FILES, file_of
from chatbot.store import Store
from chatbot.store.versions import BASE

SHOWN = 5
COMPARED = 60  # rows of the nearest questions, whose replies are compared as well
KEPT = 2  # snapshots: the champion's and a canary's


@dataclass(frozen=True)
class NearRow:
    """A row, and how near it is: the mean of `question_score` and `reply_score`."""

    row: TaughtRow
    score: float
    question_score: float
    reply_score: float


@dataclass(frozen=True)
class Nearest:
    """The rows nearest to a reply, best first, out of so `many` of a snapshot; `none` says why there are none."""

    snapshot: int | None = None
    many: int = 0
    rows: list[NearRow] = field(default_factory=list)
    none: str = ""


@dataclass(frozen=True)
class _Read:
    rows: list[TaughtRow]
    questions: Vectors


class NearestRows:
    """Looks rows up for one installation."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._read: OrderedDict[Hashable, _Read] = OrderedDict()

    def of(self, version: str, question: str, reply: str, embedder: Embedder) -> Nearest:
        """The rows that a version learned from, nearest to a question with its reply."""
        frozen, none = self._snapshot(version)
        if frozen is None:
            return Nearest(none=none)
        read = self._rows(frozen, embedder)
        if not read.rows:
            return Nearest(frozen.number, none=f"snapshot {frozen.number} holds no rows any more")
        return Nearest(frozen.number, len(read.rows), nearest(read.rows, read.questions, question, reply, embedder))

    def _snapshot(self, version: str) -> tuple[SnapshotRecord | None, str]:
        """The snapshot that a version learned from and is still there; else why there is none."""
        if version in ("", BASE):
            return None, "the base model wrote it, which learned from nobody here"
        try:
            number = self._store.versions.get(version).snapshot
        except NotFoundError:
            return None, f"version {version} is not listed any more"
        if number is None:
            return None, f"version {version} was trained elsewhere: its rows are not known here"
        for frozen in self._store.versions.snapshots():
            if frozen.number == number and Path(frozen.path).is_dir():
                return frozen, ""
        return None, f"snapshot {number}, from which {version} learned, is not there any more"

    def _rows(self, frozen: SnapshotRecord, embedder: Embedder) -> _Read:
        folder = Path(frozen.path)
        changed = [file.stat().st_mtime_ns for name in FILES if (file := file_of(folder, name)).is_file()]
        key = (frozen.number, tuple(changed), embedder.name)
        with self._lock:
            if key not in self._read:
                rows = taught_rows(folder)
                self._read[key] = _Read(rows, embedder.encode([row.question for row in rows] or [""]))
            self._read.move_to_end(key)
            while len(self._read) > KEPT:
                self._read.popitem(last=False)
            return self._read[key]


def nearest(
    rows: Sequence[TaughtRow], questions: Vectors, question: str, reply: str, embedder: Embedder, count: int = SHOWN
) -> list[NearRow]:
    """So many of the rows, whose questions have these vectors; of those that teach the same, the nearest."""
    asked, said = embedder.encode([question, reply])
    by_question = questions @ asked
    compared = np.argsort(-by_question, kind="stable")[:COMPARED]
    by_reply = embedder.encode([rows[at].reply for at in compared]) @ said
    scored = [
        NearRow(rows[at], *(round(float(score), 4) for score in ((by_question[at] + near) / 2, by_question[at], near)))
        for at, near in zip(compared, by_reply, strict=True)
    ]
    best = {(one.row.question, one.row.reply): one for one in sorted(scored, key=lambda one: one.score)}
    return sorted(best.values(), key=lambda one: -one.score)[:count]
