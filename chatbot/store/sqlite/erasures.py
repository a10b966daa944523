"""Deletions in SQLite: deleted words are overwritten in the file (`secure_delete`) and leave its log by `wipe`."""

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from chatbot.broker import Happening
from chatbot.errors import NotFoundError
from chatbot.privacy import redact
from chatbot.records import new_id, now
from chatbot.store.erasures import Counted, Erasure, Erasures, Traces, reworded
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.database import Database, Row, Value

MESSAGES = "select id from messages where conversation in (select value from json_each(:conversations))"
NOTES = """
    select id from case_notes where number in (select number from cases where conversation in
    (select value from json_each(:conversations)))
"""
UPLOADS = "select id from uploads where conversation in (select value from json_each(:conversations))"
UNSENT = """
    delete from uploads where conversation is null and person in
    (select person from conversations where id in (select value from json_each(?)))
"""
REMEMBERED = "select field from memories where conversation in (select value from json_each(:conversations))"
QUOTING = """
    select messages.id, messages.trace, max(coalesce(json_extract(passage.value, '$.used'), 1)) as quotes
    from messages, json_each(messages.trace, '$.passages') as passage
    where messages.trace is not null and json_extract(passage.value, '$.id') in (select value from json_each(:answers))
        and messages.conversation not in (select value from json_each(:conversations))
    group by messages.id
"""


class SqliteErasures(Erasures):
    """The table of deletions, over all the others."""

    def __init__(self, database: Database, search: CaseSearch) -> None:
        self._database = database
        self._search = search

    def named(self, identity: str) -> list[str]:
        rows = self._database.rows(
            "select id from conversations where id = :id or person = :id order by created_at", id=identity
        )
        if not rows and self._database.row("select id from people where id = :id", id=identity) is None:
            raise NotFoundError(f"there is no conversation and no person with the id {identity!r}: check the id")
        return [str(row["id"]) for row in rows]

    def untouched_since(self, moment: str) -> list[str]:
        rows = self._database.rows(
            "select id from conversations where updated_at < :moment order by updated_at", moment=moment
        )
        return [str(row["id"]) for row in rows]

    def traces(self, conversations: Sequence[str]) -> Traces:
        chosen = json.dumps(list(conversations))
        feedback = self._database.rows(f"select id from feedback where message in ({MESSAGES})", conversations=chosen)
        answers = self._database.rows(
            f"""
            select answers.id, answers.query, answers.active, people.consent, messages.conversation
            from answers join messages on messages.id = answers.message
                join conversations on conversations.id = messages.conversation
                join people on people.id = conversations.person
            where answers.message in ({MESSAGES})
            """,
            conversations=chosen,
        )
        return Traces(
            tuple(conversations),
            tuple(row["id"] for row in feedback),
            tuple(row["id"] for row in answers),
            tuple(row["id"] for row in answers if self._stays(row)),
        )

    def _stays(self, answer: Row) -> bool:
        if not answer["active"] or not answer["consent"] or redact(answer["query"], [])[1]:
            return False
        said = self._database.rows(
            "select content from messages where conversation = :conversation and role = 'user'",
            conversation=answer["conversation"],
        )
        return reworded(answer["query"], [row["content"] for row in said])

    def count(self, traces: Traces) -> Counted:
        chosen = json.dumps(list(traces.conversations))
        messages = self._database.rows(MESSAGES, conversations=chosen)
        return Counted(
            conversations=len(traces.conversations),
            messages=len(messages),
            feedback=len(traces.feedback),
            answers=len(traces.gone_answers),
            kept_answers=len(traces.kept),
            notes=len(self._database.rows(NOTES, conversations=chosen)),
            remembered=len(self._database.rows(REMEMBERED, conversations=chosen)),
            uploads=len(self._database.rows(UPLOADS, conversations=chosen)),
            quoted=sum(row["quotes"] for row in self._quoting(traces)),
        )

    def erase(self, traces: Traces, actor: str, visitors: Sequence[str] = ()) -> Erasure:
        with self._database.writing() as db:
            found = replace(self.traces(traces.conversations), snapshots=tuple(traces.snapshots))
            erasure = Erasure(new_id(), now(), found, False)
            for row in self._quoting(found):
                trace = json.loads(row["trace"])
                for passage in trace["passages"]:
                    if passage["id"] in found.gone_answers:
                        passage |= {"query": ""} | ({} if passage.get("used", True) else {"text": ""})
                db["messages"].update(row["id"], {"trace": json.dumps(trace)})
            for answer in found.gone_answers:
                db["answers"].delete(answer)
            db.conn.execute(UNSENT, [json.dumps(list(found.conversations))])
            for conversation in found.conversations:
                if self._database.row("select id from conversations where id = :id", id=conversation):
                    db["conversations"].delete(conversation)
                    self._database.event(actor, "conversation_deleted", conversation)
                    self._database.happened(Happening("case", conversation, {"status": "deleted"}))
            for visitor in visitors:
                self._forget(visitor, actor)
            row = {"id": erasure.id, "at": erasure.at, "actor": actor, "traces": json.dumps(asdict(found))}
            db["erasures"].insert(row | {"settled_at": None})
        return erasure

    def _forget(self, visitor: str, actor: str) -> None:
        """Remove the row of a visitor without conversations; one with a name is staff or a key's and stays."""
        with self._database.writing() as db:
            gone = (
                "select id from people where id = ? and role = 'visitor' and name is null "
                "and id not in (select person from conversations)"
            )
            db.conn.execute(f"delete from feedback where person in ({gone})", [visitor])
            if db.conn.execute(f"delete from people where id in ({gone})", [visitor]).rowcount:
                self._database.event(actor, "person_deleted", visitor)

    def _quoting(self, traces: Traces) -> list[Row]:
        """Replies to other people that an answer about to be deleted was found for; `quotes` it or not."""
        return self._database.rows(
            QUOTING,
            answers=json.dumps(sorted(traces.gone_answers)),
            conversations=json.dumps(list(traces.conversations)),
        )

    def journal(self, since: str | None = None) -> list[Erasure]:
        rows = self._database.rows(
            "select id, at, traces, settled_at from erasures where settled_at is null or at >= :since order by at",
            since=since,
        )
        return [
            Erasure(row["id"], row["at"], Traces(**json.loads(row["traces"])), row["settled_at"] is not None)
            for row in rows
        ]

    def note(self, erasure: Erasure, snapshots: Collection[int], settled: bool) -> None:
        traces = replace(erasure.traces, snapshots=sorted({*erasure.traces.snapshots, *snapshots}))
        values: dict[str, Value] = {
            "traces": json.dumps(asdict(traces)),
            "settled_at": now() if settled else None,
        }
        with self._database.writing() as db:
            db["erasures"].update(erasure.id, values)

    def wipe(self) -> bool:
        self._search.forget_deleted()
        return self._database.empty_log()

    def backups(self) -> list[Path]:
        rows = self._database.rows("select distinct subject from events where kind = 'backup' order by at")
        return [Path(row["subject"]) for row in rows if Path(row["subject"]).exists()]
