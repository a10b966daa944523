"""Gaps that were set aside, in SQLite."""

import json
from collections.abc import Sequence
from itertools import groupby

from chatbot.errors import NotFoundError
from chatbot.records import Person, new_id, now
from chatbot.store.gaps import Aside, GapsAside
from chatbot.store.sqlite.database import Database


class SqliteGapsAside(GapsAside):
    """The tables of gaps that were set aside and of their questions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, pack: str) -> list[Aside]:
        rows = self._database.rows(
            "select gaps_aside.id, coalesce(people.name, people.role) as name, gaps_aside.at, messages.content "
            "from gaps_aside join gap_questions on gap_questions.gap = gaps_aside.id "
            "join messages on messages.id = gap_questions.message join people on people.id = gaps_aside.person "
            "where gaps_aside.pack = :pack order by gaps_aside.at desc, gaps_aside.id, messages.created_at desc",
            pack=pack,
        )
        found = groupby(rows, lambda row: (row["id"], row["name"], row["at"]))
        return [Aside(*told, tuple(row["content"] for row in own)) for told, own in found]

    def put(self, pack: str, replies: Sequence[str], person: Person) -> str:
        aside = new_id()
        with self._database.writing() as db:
            row = {"id": aside, "pack": pack, "person": person.id, "at": now()}
            db["gaps_aside"].insert(row)
            questions = db.conn.execute(
                "insert into gap_questions (message, gap) select distinct questions.id, ? from messages as replies "
                "join messages as questions on questions.id = replies.parent and questions.role = 'user' "
                "where replies.id in (select value from json_each(?))",
                [aside, json.dumps(list(replies))],
            ).rowcount
            if not questions:
                raise NotFoundError("these questions were deleted meanwhile: reload the page")
            self._database.event(person.actor, "gap_set_aside", aside, questions=questions)
        return aside

    def take_back(self, aside: str, person: Person) -> None:
        with self._database.writing() as db:
            if not db.conn.execute("delete from gaps_aside where id = ?", [aside]).rowcount:
                raise NotFoundError("this gap is set aside no more: reload the page")
            self._database.event(person.actor, "gap_taken_back", aside)
