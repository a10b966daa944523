"""Cases in SQLite: every act reads and writes under the one write lock, so that of two who claim a case one does."""

import json
import re
from collections.abc import Sequence

from chatbot.broker import Happening
from chatbot.errors import CaseHeldError, InputError, NotFoundError
from chatbot.records import Message, Person, new_id, now
from chatbot.store.cases import (
    LONGEST_CONTACT,
    LONGEST_NOTE,
    MOST_LABELS,
    Attention,
    Call,
    Case,
    CaseChoices,
    CaseFilter,
    CasePage,
    Cases,
    Note,
    checked_label,
    checked_text,
)
from chatbot.store.feedback import LONGEST_TEXT
from chatbot.store.sqlite.case_calls import CaseCalls
from chatbot.store.sqlite.case_excerpts import CaseExcerpts
from chatbot.store.sqlite.case_pages import CasePages
from chatbot.store.sqlite.case_rows import CaseRows
from chatbot.store.sqlite.database import Database, Row, Value
from chatbot.store.sqlite.messages import add_message


class SqliteCases(Cases):
    """The tables of cases, notes and labels."""

    def __init__(self, database: Database, rows: CaseRows, pages: CasePages, excerpts: CaseExcerpts) -> None:
        self._database = database
        self._rows = rows
        self._pages = pages
        self._excerpts = excerpts
        self._calls = CaseCalls(database)

    def get(self, conversation_id: str) -> Case:
        case = self._pages.get(conversation_id)
        if case is None:
            self._rows.find(conversation_id)
            raise NotFoundError(f"case {conversation_id!r} was deleted: reload the page")
        return case

    def held(self, conversation_id: str) -> bool:
        row = self._database.row("select status from cases where conversation = :id", id=conversation_id)
        return row is not None and row["status"] == "held"

    def page(self, wanted: CaseFilter) -> CasePage:
        return self._pages.page(wanted)

    def excerpts(self, conversations: Sequence[str], text: str = "") -> dict[str, str]:
        return self._excerpts.of(conversations, text)

    def attention(self, person: Person) -> Attention:
        row = self._database.row(
            "select count(*) filter (where status = 'waiting') as waiting, "
            "count(*) filter (where holder = :id) as mine, "
            "coalesce(sum(unread) filter (where holder = :id), 0) as unread "
            "from cases where status in ('waiting', 'held')",
            id=person.id,
        )
        return Attention(**(row or {}))

    def choices(self) -> CaseChoices:
        return self._pages.choices()

    def queue(self) -> list[str]:
        rows = self._database.rows("select conversation from cases where status = 'waiting' order by place, number")
        return [str(row["conversation"]) for row in rows]

    def queue_position(self, conversation_id: str) -> int:
        row = self._rows.find(conversation_id)
        if row["status"] != "waiting":
            return 0
        before = self._database.row(
            "select count(*) as n from cases where status = 'waiting' and (place, number) <= (:place, :number)",
            place=row["place"],
            number=row["number"],
        )
        return int(before["n"]) if before else 0

    def hand_off(self, conversation_id: str, actor: str, reason: str) -> bool:
        with self._database.writing():
            row = self._rows.find(conversation_id)
            if row["status"] in ("waiting", "held"):
                return False
            self._rows.change(conversation_id, status="waiting", reason="handed off", waiting_since=now())
            self._database.event(actor, "handoff", conversation_id, reason=reason)
        return True

    def claim(self, conversation_id: str, person: Person, over: bool = False) -> Case:
        with self._database.writing():
            row = self._rows.find(conversation_id)
            if row["holder"] == person.id:
                return self.get(conversation_id)
            if row["holder"] and not over:
                raise CaseHeldError(self._rows.name(row["holder"]))
            self._rows.change(conversation_id, status="held", holder=person.id)
            taken = {"over": row["holder"]} if row["holder"] else {}
            self._database.event(person.actor, "case_claimed", conversation_id, **taken)
            self._calls.void(row["number"])
            return self.get(conversation_id)

    def release(self, conversation_id: str, person: Person, note: str = "") -> Case:
        with self._database.writing():
            if self._rows.find(conversation_id)["status"] not in ("waiting", "held"):
                raise InputError("the bot answers in this conversation: nothing is to be handed back")
            return self._put(conversation_id, person, "handback", note, status="open", holder=None, waiting_since=None)

    def requeue(self, conversation_id: str, person: Person, since: str | None = None) -> Case:
        with self._database.writing():
            waited = min(since or now(), self._rows.find(conversation_id)["waiting_since"] or now(), now())
            waits: dict[str, Value] = {"status": "waiting", "holder": None, "waiting_since": waited}
            return self._put(conversation_id, person, "case_requeued", "", **waits)

    def transfer(self, conversation_id: str, person: Person, to: Person, note: str = "") -> Case:
        if to.role == "visitor" or to.disabled:
            raise InputError(f"{to.name or 'this person'} cannot hold a case: choose somebody of the staff")
        with self._database.writing():
            case = self._put(conversation_id, person, "case_transferred", note, status="held", holder=to.id)
            self._calls.call(self._rows.find(conversation_id)["number"], conversation_id, "transfer", person, to.id)
        return case

    def close(self, conversation_id: str, person: Person) -> Case:
        done: dict[str, Value] = {"status": "done", "holder": None, "waiting_since": None, "unread": 0}
        return self._put(conversation_id, person, "case_closed", "", **done)

    def reopen(self, conversation_id: str, person: Person) -> Case:
        with self._database.writing():
            if self._rows.find(conversation_id)["status"] != "done":
                raise InputError("this case is not done: nothing is to be reopened")
            return self._put(conversation_id, person, "case_reopened", status="open")

    def _put(self, conversation_id: str, person: Person, kind: str, note: str = "", **columns: Value) -> Case:
        """Let the holder, or anybody where there is none, put a case elsewhere."""
        with self._database.writing():
            self._own(conversation_id, person)
            if note.strip():
                self.add_note(conversation_id, person, note)
            holder = self._rows.change(conversation_id, **columns)["holder"]
            self._database.event(person.actor, kind, conversation_id, **({"holder": holder} if holder else {}))
            return self.get(conversation_id)

    def _own(self, conversation_id: str, person: Person) -> Row:
        row = self._rows.find(conversation_id)
        if row["holder"] not in (None, person.id):
            raise CaseHeldError(self._rows.name(row["holder"]))
        return row

    def leave(self, person: Person) -> list[str]:
        with self._database.writing():
            held = self._database.rows("select * from cases where holder = :id order by place", id=person.id)
            for row in held:
                since = row["waiting_since"] or now()
                self._rows.change(row["conversation"], status="waiting", holder=None, waiting_since=since)
                self._database.event("system", "case_returned", row["conversation"], holder=person.id)
            return [str(row["conversation"]) for row in held]

    def holders(self) -> list[str]:
        return [
            row["holder"] for row in self._database.rows("select distinct holder from cases where holder is not null")
        ]

    def write(self, conversation_id: str, person: Person, text: str) -> Message:
        text = checked_text(text, "message", LONGEST_TEXT)
        with self._database.writing():
            self._own(conversation_id, person)
            self.claim(conversation_id, person)
            head = self._database.row("select head from conversations where id = :id", id=conversation_id)
            parent = head["head"] if head else None
            message = Message(new_id(), conversation_id, parent, "agent", text, "complete", now(), author=person.id)
            add_message(self._database, message)
            self._rows.agent_said(message)
            self._database.event(person.actor, "agent_message", conversation_id, message=message.id)
        return message

    def seen(self, conversation_id: str, person: Person) -> None:
        row = self._rows.find(conversation_id)
        if row["unread"] or self._calls.calls(row["number"], person):
            with self._database.writing():
                self._calls.answered(row["number"], person)
                self._rows.change(conversation_id, unread=0)
                self._tell(conversation_id)

    def calls(self, person: Person) -> list[Call]:
        return self._calls.of(person)

    def add_note(self, conversation_id: str, person: Person, text: str) -> Note:
        text = checked_text(text, "note", LONGEST_NOTE)
        mentions = self._mentioned(text)
        with self._database.writing() as db:
            row = self._rows.find(conversation_id)
            note = {"id": new_id(), "number": row["number"], "person": person.id, "text": text, "created_at": now()}
            db["case_notes"].insert(note | {"mentions": json.dumps(mentions)})
            self._rows.noted(row["number"], text)
            self._database.event(person.actor, "case_noted", conversation_id, note=note["id"], mentions=mentions)
            self._tell(conversation_id)
            for called in mentions:
                self._calls.call(row["number"], conversation_id, "mention", person, called)
        return next(note_ for note_ in self.notes(conversation_id) if note_.id == note["id"])

    def _mentioned(self, text: str) -> list[str]:
        """The ids of the staff whose names stand in a text behind an @."""
        staff = self._database.rows(
            "select id, name from people where role != 'visitor' and name is not null and deleted_at is null"
        )
        return [row["id"] for row in staff if re.search(rf"@{re.escape(row['name'])}(?!\w)", text, flags=re.IGNORECASE)]

    def notes(self, conversation_id: str) -> list[Note]:
        rows = self._database.rows(
            "select case_notes.*, coalesce(people.name, people.role) as name from case_notes "
            "join cases on cases.number = case_notes.number join people on people.id = case_notes.person "
            "where cases.conversation = :id order by case_notes.created_at",
            id=conversation_id,
        )
        names = ("id", "person", "name", "text", "created_at")
        return [
            Note(
                **{name: row[name] for name in names},
                conversation=conversation_id,
                mentions=tuple(json.loads(row["mentions"])),
            )
            for row in rows
        ]

    def add_label(self, conversation_id: str, person: Person, label: str) -> Case:
        label = checked_label(label)
        with self._database.writing() as db:
            number = self._rows.find(conversation_id)["number"]
            if len(self.get(conversation_id).labels) >= MOST_LABELS:
                raise InputError(f"this case has {MOST_LABELS} labels: take one off first")
            db.conn.execute("insert or ignore into case_labels (label, number) values (?, ?)", [label, number])
            self._database.event(person.actor, "case_labelled", conversation_id)
            self._tell(conversation_id)
        return self.get(conversation_id)

    def remove_label(self, conversation_id: str, person: Person, label: str) -> Case:
        with self._database.writing() as db:
            number = self._rows.find(conversation_id)["number"]
            db.conn.execute("delete from case_labels where label = ? and number = ?", [checked_label(label), number])
            self._database.event(person.actor, "case_unlabelled", conversation_id)
            self._tell(conversation_id)
        return self.get(conversation_id)

    def set_contact(self, conversation_id: str, contact: str, actor: str) -> Case:
        contact = checked_text(contact, "address", LONGEST_CONTACT)
        with self._database.writing():
            row = self._rows.change(conversation_id, contact=contact)
            self._rows.noted(row["number"], contact)
            self._database.event(actor, "contact_kept", conversation_id)
            self._tell(conversation_id)
        return self.get(conversation_id)

    def _tell(self, conversation_id: str) -> None:
        self._database.happened(Happening("note", conversation_id))
