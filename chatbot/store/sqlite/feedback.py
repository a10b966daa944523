"""Feedback and approved answers in SQLite."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace

from chatbot.errors import AccessError, InputError, NotFoundError
from chatbot.records import ApprovedAnswer, Feedback, Person, new_id, now
from chatbot.store.feedback import FeedbackStore, Lesson, check_rating, check_stars, stored_text
from chatbot.store.sqlite.case_rows import CaseRows
from chatbot.store.sqlite.database import Database, Row, Value

FLAGS = ("active", "from_conversation", "waits")
GIVEN = "feedback.kind in ('rating', 'correction')"


class SqliteFeedback(FeedbackStore):
    """The tables of feedback and approved answers."""

    def __init__(self, database: Database, cases: CaseRows) -> None:
        self._database = database
        self._cases = cases

    def rate(
        self,
        message_id: str,
        person: Person,
        value: str,
        reasons: Sequence[str] | None = None,
        comment: str | None = None,
    ) -> None:
        given = list(reasons or [])
        check_rating(value, given)
        with self._database.writing():
            told = {"value": value, "reasons": json.dumps(given), "comment": stored_text(comment)}
            self._put(message_id, person, "rating", **told)
            self._cases.rated(message_id, person, value)

    def withdraw_rating(self, message_id: str, person: Person) -> None:
        self._withdraw(message_id, person, "rating")

    def say_helped(self, message_id: str, person: Person, helped: bool) -> None:
        self._put(message_id, person, "helped", value="helped" if helped else "not helped")

    def helped(self, person: Person, conversation_id: str) -> bool | None:
        rows = self._feedback(
            "join messages on messages.id = feedback.message where messages.conversation = :conversation "
            "and feedback.person = :person and kind = 'helped'",
            conversation=conversation_id,
            person=person.id,
        )
        return rows[-1].value == "helped" if rows else None

    def add_stars(self, message_id: str, person: Person, stars: Mapping[str, int]) -> None:
        check_stars(stars)
        self._put(message_id, person, "stars", stars=json.dumps(dict(stars)))

    def correct(self, message_id: str, person: Person, correction: str) -> None:
        if not correction.strip():
            raise InputError("the correction is empty: write the reply as it should have been")
        self._put(message_id, person, "correction", correction=stored_text(correction))

    def withdraw_correction(self, message_id: str, person: Person) -> None:
        self._withdraw(message_id, person, "correction")

    def _withdraw(self, message_id: str, person: Person, kind: str) -> None:
        with self._database.writing() as db:
            db["feedback"].delete_where("message = ? and person = ? and kind = ?", [message_id, person.id, kind])
            self._cases.judged(message_id)
            self._database.event(person.actor, f"{kind}_withdrawn", message_id)

    def approve(self, query: str, response: str, person: Person, message_id: str | None = None) -> ApprovedAnswer:
        answer = _answer_to(query, response, person, message_id)
        with self._database.writing() as db:
            if message_id is not None:
                if any(one.message == message_id and one.person == person.id for one in self.waiting_answers()):
                    raise InputError(
                        "your answer here waits for a second look: a colleague confirms it, or take it back first"
                    )
                db.conn.execute("update answers set active = 0, waits = 0 where message = ?", [message_id])
            self._insert(answer)
            self._database.event(person.actor, "answer_approved", answer.id, message=message_id)
        return answer

    def propose(self, query: str, response: str, person: Person, message_id: str, asked: Person) -> ApprovedAnswer:
        if asked.id == person.id:
            raise InputError("a second look is somebody else's: choose a colleague")
        made = _answer_to(query, response, person, message_id)
        answer = replace(made, active=False, waits=True, asked=asked.id)
        with self._database.writing() as db:
            db.conn.execute("update answers set waits = 0 where message = ?", [message_id])
            self._insert(answer)
            self._database.event(person.actor, "answer_proposed", answer.id, message=message_id, asked=asked.id)
        return answer

    def confirm_answer(self, answer_id: str, person: Person) -> ApprovedAnswer:
        with self._database.writing() as db:
            waiting = next((one for one in self.waiting_answers() if one.id == answer_id), None)
            if waiting is None:
                raise NotFoundError("this answer waits no more: a colleague confirmed it, or it was taken back")
            if waiting.person == person.id:
                raise AccessError("a second look is somebody else's: a colleague confirms this answer")
            db.conn.execute("update answers set active = 0 where message = ?", [waiting.message])
            used = {"active": 1, "waits": 0, "confirmed_by": person.id, "created_at": now()}
            db["answers"].update(answer_id, used)
            self._database.event(person.actor, "answer_confirmed", answer_id, message=waiting.message)
        return next(one for one in self.answers() if one.id == answer_id)

    def waiting_answers(self) -> list[ApprovedAnswer]:
        return self._answers("waits = 1")

    def withdraw_answer(self, answer_id: str, person: Person) -> None:
        with self._database.writing() as db:
            if not db.conn.execute("update answers set active = 0, waits = 0 where id = ?", [answer_id]).rowcount:
                raise NotFoundError(f"approved answer {answer_id!r} does not exist")
            self._database.event(person.actor, "answer_withdrawn", answer_id)

    def answers(self) -> list[ApprovedAnswer]:
        return self._answers("active = 1")

    def _answers(self, which: str) -> list[ApprovedAnswer]:
        rows = self._database.rows(f"select * from answers where {which} order by created_at")
        return [ApprovedAnswer(**row | {flag: bool(row[flag]) for flag in FLAGS}) for row in rows]

    def _insert(self, answer: ApprovedAnswer) -> None:
        with self._database.writing() as db:
            db["answers"].insert(asdict(answer) | {flag: int(getattr(answer, flag)) for flag in FLAGS})

    def on(self, message_id: str) -> list[Feedback]:
        return self._feedback("where feedback.message = :message", message=message_id)

    def ratings_by(self, person: Person, conversation_id: str) -> dict[str, str]:
        rows = self._feedback(
            "join messages on messages.id = feedback.message where messages.conversation = :conversation "
            "and feedback.person = :person and kind = 'rating'",
            conversation=conversation_id,
            person=person.id,
        )
        return {row.message: row.value or "" for row in rows}

    def counts(self) -> dict[tuple[str, str], int]:
        rows = self._database.rows(
            """
            select messages.version, coalesce(feedback.value, feedback.kind) as kind, count(*) as n
            from feedback join messages on messages.id = feedback.message group by 1, 2
            """
        )
        return {(row["version"] or "", row["kind"]): row["n"] for row in rows}

    def lessons(self, pack: str) -> list[Lesson]:
        rows = self._database.rows(
            f"""
            select feedback.*, giver.role, conversations.id as conversation, owner.consent
            from feedback join messages on messages.id = feedback.message
                join conversations on conversations.id = messages.conversation
                join people as owner on owner.id = conversations.person
                join people as giver on giver.id = feedback.person
            where conversations.pack = :pack and {GIVEN} and owner.deleted_at is null and giver.deleted_at is null
            order by feedback.created_at
            """,
            pack=pack,
        )
        return [
            Lesson(conversation=row.pop("conversation"), consent=bool(row.pop("consent")), feedback=_feedback(row))
            for row in rows
        ]

    def given_since(self, pack: str, since: str) -> dict[tuple[str, bool], int]:
        rows = self._database.rows(
            f"""
            select coalesce(feedback.value, feedback.kind) as kind, owner.consent, count(*) as n
            from feedback indexed by feedback_by_time cross join messages on messages.id = feedback.message
                cross join conversations on conversations.id = messages.conversation
                cross join people as owner on owner.id = conversations.person
                cross join people as giver on giver.id = feedback.person
            where conversations.pack = :pack and {GIVEN} and feedback.created_at > :since
                and owner.deleted_at is null and giver.deleted_at is null
            group by 1, 2
            """,
            pack=pack,
            since=since,
        )
        return {(row["kind"], bool(row["consent"])): row["n"] for row in rows}

    def _feedback(self, where: str, **parameters: Value) -> list[Feedback]:
        rows = self._database.rows(
            f"select feedback.*, people.role from feedback join people on people.id = feedback.person {where} "
            "order by feedback.created_at",
            **parameters,
        )
        return [_feedback(row) for row in rows]

    def _put(self, message_id: str, person: Person, kind: str, **values: str | None) -> None:
        role = self._database.row("select role from messages where id = :id", id=message_id)
        if role is None:
            raise NotFoundError(f"message {message_id!r} does not exist")
        if role["role"] == "user":
            raise InputError("only replies can be rated")
        row = {"reasons": "[]", "stars": "{}", **values}
        row |= {"id": new_id(), "message": message_id, "person": person.id, "kind": kind, "created_at": now()}
        with self._database.writing() as db:
            db["feedback"].delete_where("message = ? and person = ? and kind = ?", [message_id, person.id, kind])
            db["feedback"].insert(row)
            self._cases.judged(message_id)
            wordless = {name: value for name, value in values.items() if name not in ("comment", "correction")}
            self._database.event(person.actor, kind, message_id, **wordless)


def _answer_to(query: str, response: str, person: Person, message_id: str | None) -> ApprovedAnswer:
    if not query.strip() or not response.strip():
        raise InputError("an approved answer needs a question and an answer")
    texts = stored_text(query) or "", stored_text(response) or ""
    return ApprovedAnswer(new_id(), *texts, message_id, person.id, True, now(), message_id is not None)


def _feedback(row: Row) -> Feedback:
    return Feedback(**row | {"reasons": json.loads(row["reasons"]), "stars": json.loads(row["stars"])})
