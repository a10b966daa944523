"""What waits to be learned: feedback since the last training, and what a fine-tune would do with it."""

import threading
from dataclasses import dataclass
from datetime import datetime

from chatbot.desk.to_learn import ToLearn, find_to_learn
from chatbot.dialogue.session import Session
from chatbot.knowledge.packs import Pack
from chatbot.lineage import SnapshotCounts
from chatbot.store import Store
from training.console.names import count, duration
from training.curation.snapshots import curate

GIVEN = {"like": "Likes", "dislike": "Dislikes", "correction": "Corrections", "answer": "Approved answers"}
LEARNED_FROM = (
    "rating",
    "rating_withdrawn",
    "correction",
    "correction_withdrawn",
    "answer_approved",
    "answer_confirmed",
    "answer_withdrawn",
    "consent",
    "conversation_deleted",
    "person_deleted",
    "version",
)


@dataclass(frozen=True)
class Waiting:
    """Feedback since the last training, and what a snapshot made now would hold."""

    said: ToLearn
    counts: SnapshotCounts

    @property
    def empty(self) -> bool:
        """Whether nothing was said since that may be learned from."""
        return not any(self.said.given.values())


def find_waiting(pack: Pack, store: Store, writes: bool) -> Waiting:
    """What was said since the pack's last training; curates, which takes a second for some hundred rows.

    `writes` as in `curate`, so that the counts are those of the snapshot that a cycle would make.
    """
    return Waiting(find_to_learn(store, pack.name), curate(pack, store, writes).counts)


class WaitingFeedback:
    """What waits, curated again only when something that could be learned from has changed."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._lock = threading.Lock()
        self._seen: tuple[Pack, int] | None = None
        self._found: Waiting | None = None

    def waiting(self) -> Waiting:
        """The feedback since the last training, with what a snapshot made now would hold."""
        with self._lock:
            session = self._session
            pack, mark = session.pack, session.store.events.mark(LEARNED_FROM)
            if self._found is None or self._seen is None or self._seen[0] is not pack or self._seen[1] != mark:
                self._found, self._seen = find_waiting(pack, session.store, session.settings.reads), (pack, mark)
            return self._found


def plan(waiting: Waiting, store: Store) -> str:
    """What a fine-tune would do, before it is started."""
    rows, checks = waiting.counts.train, waiting.counts.validation
    if not rows:
        return "There is no usable row to learn from: add pairs to the pack or let agents correct replies."
    seconds = expected_seconds(store, rows)
    time = f"takes {duration(seconds)} or so" if seconds else "shows the time left once it has begun"
    same = " Nothing new was said since the last training, so it would learn from the same rows again."
    return (
        f"Learns from {count(rows, 'row')}, validates on {checks:,}, and {time}. People can keep chatting meanwhile; "
        "the new version answers only if the gate finds it better."
        + (same if waiting.empty and waiting.said.snapshot else "")
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
