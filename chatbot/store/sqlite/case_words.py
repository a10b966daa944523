"""The index of what was said and noted in cases: one row of SQLite's FTS5 for each message or note.

Row numbers begin with the number of the case, so that what is found comes by case, the latest first, and is read only
as far as a page needs. Rows are never changed, and go with their case by a trigger.
"""

import re
import sqlite3

from sqlite_utils import Database

BITS = 20
ERASES = (3, 42)
"""From this version of SQLite on, what is deleted leaves the index at once."""


def make_index(db: Database) -> bool:
    """Make the index in a new database; False where SQLite has no FTS5."""
    try:
        db.conn.execute(
            "create virtual table case_words using fts5(words, tokenize = 'unicode61 remove_diacritics 2', "
            "prefix = '2 3')"
        )
    except sqlite3.OperationalError:
        return False
    if sqlite3.sqlite_version_info >= ERASES:
        db.conn.execute("insert into case_words (case_words, rank) values ('secure-delete', 1)")
    db.conn.execute(
        f"""
        create trigger words_go_with_their_case after delete on cases begin
            delete from case_words where rowid between old.number << {BITS} and ((old.number + 1) << {BITS}) - 1;
        end
        """
    )
    return True


def add_words(db: Database, number: int, text: str) -> None:
    """Put a row behind the last one of a case."""
    db.conn.execute(
        "insert into case_words (rowid, words) select coalesce(max(rowid), :first) + 1, :text from case_words "
        "where rowid between :first and :last",
        {"first": number << BITS, "last": ((number + 1) << BITS) - 1, "text": text},
    )


def match_of(text: str) -> str:
    """The words of a text as FTS5 is asked for them; the last one may go on, unless a space follows it."""
    words = [f'"{word}"' for word in re.findall(r"[^\W_]+", text)]
    if words and not text[-1:].isspace():
        words[-1] += "*"
    return " ".join(words) or '""'
