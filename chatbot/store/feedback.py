"""What people think of replies, the agents' queue, and the answers that agents approved."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chatbot.errors import InputError, NotFoundError
from chatbot.records import (
    DISLIKE_REASONS,
    STAR_CRITERIA,
    ApprovedAnswer,
    Feedback,
    Person,
    new_id,
    now,
)
from chatbot.store.database import Database

LONGEST_TEXT = 8000


@dataclass(frozen=True)
class QueueItem:
    """A reply that waits for an agent, and why."""

    message: str
    conversation: str
    question: str
    reply: str
    reason: Literal["disliked", "handed off", "uncertain", "new"]
    version: str
    created_at: str


class FeedbackStore:
    """The tables of feedback and approved answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rate(
        self, message_id: str, person: Person, value: str, reasons: list[str] | None = None, comment: str | None = None
    ) -> None:
        """Like or dislike a reply; a second rating replaces the first."""
        if value not in ("like", "dislike"):
            raise InputError(f"rating {value!r}: use 'like' or 'dislike'")
        unknown = [reason for reason in reasons or [] if reason not in DISLIKE_REASONS]
        if unknown:
            raise InputError(f"reason {unknown[0]!r}: use one of {', '.join(DISLIKE_REASONS)}")
        self._put(message_id, person, "rating", value=value, reasons=json.dumps(reasons or []), comment=_text(comment))

    def withdraw_rating(self, message_id: str, person: Person) -> None:
        """Take a like or dislike back."""
        with self._database.writing() as db:
            db["feedback"].delete_where("message = ? and person = ? and kind = 'rating'", [message_id, person.id])
            self._database.event(person.actor, "rating_withdrawn", message_id)

    def add_stars(self, message_id: str, person: Person, stars: Mapping[str, int]) -> None:
        """Grade a reply from 1 to 5 on some of the criteria."""
        if not stars:
            raise InputError(f"no stars were given: grade at least one of {', '.join(STAR_CRITERIA)}")
        for criterion, count in stars.items():
            if criterion not in STAR_CRITERIA:
                raise InputError(f"criterion {criterion!r}: use one of {', '.join(STAR_CRITERIA)}")
            if count not in range(1, 6):
                raise InputError(f"{criterion} = {count}: give 1 to 5 stars")
        self._put(message_id, person, "stars", stars=json.dumps(dict(stars)))

    def correct(self, message_id: str, person: Person, correction: str) -> None:
        """Write what the reply should have been."""
        if not correction.strip():
            raise InputError("the correction is empty: write the reply as it should have been")
        self._put(message_id, person, "correction", correction=_text(correction))

    def approve(self, query: str, response: str, person: Person, message_id: str | None = None) -> ApprovedAnswer:
        """Use this answer from now on; replaces an earlier one approved from the same message."""
        if not query.strip() or not response.strip():
            raise InputError("an approved answer needs a question and an answer")
        texts = _text(query) or "", _text(response) or ""
        answer = ApprovedAnswer(new_id(), *texts, message_id, person.id, True, now(), message_id is not None)
        with self._database.writing() as db:
            if message_id is not None:
                db.conn.execute("update answers set active = 0 where message = ?", [message_id])
            db["answers"].insert(answer.__dict__ | {"active": 1, "from_conversation": int(answer.from_conversation)})
            self._database.event(person.actor, "answer_approved", answer.id, message=message_id)
        return answer

    def withdraw_answer(self, answer_id: str, person: Person) -> None:
        """Stop using an approved answer."""
        with self._database.writing() as db:
            if not db.conn.execute("update answers set active = 0 where id = ?", [answer_id]).rowcount:
                raise NotFoundError(f"approved answer {answer_id!r} does not exist")
            self._database.event(person.actor, "answer_withdrawn", answer_id)

    def answers(self) -> list[ApprovedAnswer]:
        """The approved answers in use, the oldest first."""
        rows = self._database.rows("select * from answers where active = 1 order by created_at")
        flags = ("active", "from_conversation")
        return [ApprovedAnswer(**row | {flag: bool(row[flag]) for flag in flags}) for row in rows]

    def on(self, message_id: str) -> list[Feedback]:
        """All feedback on one reply."""
        return self._feedback("where feedback.message = :message", message=message_id)

    def ratings_by(self, person: Person, conversation_id: str) -> dict[str, str]:
        """A person's likes and dislikes in a conversation, by message id."""
        rows = self._feedback(
            "join messages on messages.id = feedback.message where messages.conversation = :conversation "
            "and feedback.person = :person and kind = 'rating'",
            conversation=conversation_id,
            person=person.id,
        )
        return {row.message: row.value or "" for row in rows}

    def counts(self) -> dict[tuple[str, str], int]:
        """How much feedback there is, by the version of the reply and the kind: like, dislike, stars, correction."""
        rows = self._database.rows(
            """
            select messages.version, coalesce(feedback.value, feedback.kind) as kind, count(*) as n
            from feedback join messages on messages.id = feedback.message group by 1, 2
            """
        )
        return {(row["version"] or "", row["kind"]): row["n"] for row in rows}

    def queue(self, limit: int = 100) -> list[QueueItem]:
        """Replies that no agent has reviewed: of people who wait for a person first, whoever dislikes what,
        then disliked and uncertain ones, then the newest."""
        rows = self._database.rows(
            """
            select messages.id as message, messages.conversation, coalesce(question.content, '') as question,
                messages.content as reply, coalesce(messages.version, '') as version, messages.created_at,
                case
                    when json_extract(messages.trace, '$.handoff') is not null then 'handed off'
                    when exists (select 1 from feedback where feedback.message = messages.id and value = 'dislike')
                        then 'disliked'
                    when json_extract(messages.trace, '$.uncertain') then 'uncertain'
                    else 'new'
                end as reason
            from messages left join messages as question on question.id = messages.parent
            where messages.role = 'assistant' and messages.reviewed_at is null and messages.status != 'streaming'
                and messages.content != '' and messages.version is not null
            order by case reason when 'handed off' then 0 when 'disliked' then 1 when 'uncertain' then 2 else 3 end,
                messages.created_at desc
            limit :limit
            """,
            limit=limit,
        )
        return [QueueItem(**row) for row in rows]

    def mark_reviewed(self, message_id: str, person: Person) -> None:
        """Take a reply off the queue."""
        with self._database.writing() as db:
            db["messages"].update(message_id, {"reviewed_at": now()})
            self._database.event(person.actor, "reviewed", message_id)

    def reopen(self, message_id: str, person: Person) -> None:
        """Put a reply back on the queue."""
        with self._database.writing() as db:
            db["messages"].update(message_id, {"reviewed_at": None})
            self._database.event(person.actor, "reopened", message_id)

    def _feedback(self, where: str, **parameters: Any) -> list[Feedback]:
        rows = self._database.rows(
            f"select feedback.*, people.role from feedback join people on people.id = feedback.person {where} "
            "order by feedback.created_at",
            **parameters,
        )
        decoded = ({**row, "reasons": json.loads(row["reasons"]), "stars": json.loads(row["stars"])} for row in rows)
        return [Feedback(**row) for row in decoded]

    def _put(self, message_id: str, person: Person, kind: str, **values: Any) -> None:
        role = self._database.row("select role from messages where id = :id", id=message_id)
        if role is None:
            raise NotFoundError(f"message {message_id!r} does not exist")
        if role["role"] != "assistant":
            raise InputError("only the assistant's replies can be rated")
        row = {"reasons": "[]", "stars": "{}", **values}
        row |= {"id": new_id(), "message": message_id, "person": person.id, "kind": kind, "created_at": now()}
        with self._database.writing() as db:
            db["feedback"].delete_where("message = ? and person = ? and kind = ?", [message_id, person.id, kind])
            db["feedback"].insert(row)
            self._database.event(person.actor, kind, message_id, **values)


def _text(text: str | None) -> str | None:
    if text is not None and len(text) > LONGEST_TEXT:
        raise InputError(f"the text has {len(text):,} characters: {LONGEST_TEXT:,} fit")
    return text.strip() if text else None
