"""Where a case stands in the lists, and what a case begins with."""

from datetime import datetime

from sqlite_utils import Database

from chatbot.records import CaseReason, CaseStatus, Trace

REASONS: tuple[CaseReason, ...] = ("handed off", "disliked", "uncertain", "new")
"""The most urgent first."""
LATEST = 10**13
"""Milliseconds, more than any moment of this century has since 1970."""


def place_of(status: CaseStatus, reason: CaseReason, waiting_since: str | None, last_at: str) -> int:
    """Where a case stands in the list, lower numbers first: who waits, who is held, what is open by its reason, done.

    Those who wait stand by how long they have, the others by how late something was said.
    """
    if status == "waiting":
        return _milliseconds(waiting_since or last_at)
    group = {"held": 1, "open": 2 + REASONS.index(reason), "done": 2 + len(REASONS)}[status]
    return group * LATEST + LATEST - _milliseconds(last_at)


def worse(one: CaseReason, other: CaseReason) -> CaseReason:
    """The more urgent of two reasons."""
    return min(one, other, key=REASONS.index)


def topic_of(trace: Trace) -> str:
    """What a reply is about: the title of the first passage that it rests on, else its rule."""
    titles = (passage["title"] for passage in trace.passages if passage.get("used") and passage["kind"] == "article")
    return next(titles, "") or (trace.rule or "")


def insert_case(
    db: Database, conversation_id: str, status: CaseStatus, reason: CaseReason, moment: str, **columns: str | int | None
) -> int:
    """Add the case of a conversation; returns its number."""
    waiting = moment if status == "waiting" else None
    place = place_of(status, reason, waiting, moment)
    row: dict[str, str | int | None] = {"conversation": conversation_id, "status": status, "reason": reason}
    row |= {"waiting_since": waiting, "last_at": moment, "place": place} | columns
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    return int(db.conn.execute(f"insert into cases ({names}) values ({values})", row).lastrowid or 0)


def _milliseconds(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)
