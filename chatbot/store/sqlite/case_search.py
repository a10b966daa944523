"""Searching what was said in cases.

Where SQLite has no FTS5, messages are read one by one instead, which is slow and finds parts of words.
"""

import re
import sqlite3
from functools import cached_property

from chatbot.store.sqlite.case_words import ERASES, add_words, match_of
from chatbot.store.sqlite.database import Database, Value


class CaseSearch:
    """The index of words."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @cached_property
    def indexed(self) -> bool:
        """Whether there is an index."""
        return self._database.row("select 1 from sqlite_master where name = 'case_words'") is not None

    def add(self, number: int, text: str) -> None:
        """Let a text be found in a case; part of the caller's transaction."""
        if text and self.indexed:
            add_words(self._database.here, number, text)

    def condition(self, text: str) -> tuple[str, dict[str, Value]]:
        """What holds for rows of `cases` in which a text is found, beside `found` where there is an index."""
        if not self.indexed:
            pattern = "%" + re.sub(r"([%_\\])", r"\\\1", " ".join(text.split())) + "%"
            return (
                "exists (select 1 from messages where messages.conversation = cases.conversation "
                "and messages.content like :pattern escape '\\')",
                {"pattern": pattern},
            )
        return "case_words match :match", {"match": match_of(text)}

    def forget_deleted(self) -> None:
        """Take out of the index what a deletion left there, where SQLite does not do so by itself."""
        if self.indexed and sqlite3.sqlite_version_info < ERASES:
            with self._database.writing() as db:
                db.conn.execute("insert into case_words (case_words) values ('optimize')")
