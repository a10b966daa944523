"""What a list shows of each case: its visitor's last words, or the place at which a search found something."""

import json
from collections.abc import Sequence

from chatbot.store.sqlite.case_matching import WORD, Wanted, plain
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.case_words import BITS
from chatbot.store.sqlite.database import Database, Value

LONGEST = 160
BEFORE = 40
"""Characters of a text, and how many of them may stand before the word that is searched for."""
ENOUGH = 4 * LONGEST
LAST = """
    select value as conversation, (
        select substr(content, 1, :enough) from messages
        where messages.conversation = value and role = 'user' and trim(content) > ''
        order by created_at desc limit 1
    ) as words from json_each(:ids)
"""
INDEXED = f"""
    select conversation, words from cases cross join case_words
    on case_words.rowid between cases.number << {BITS} and ((cases.number + 1) << {BITS}) - 1
    where conversation in (select value from json_each(:ids)) order by case_words.rowid desc
"""
READ = """
    select conversation, content as words from messages
    where conversation in (select value from json_each(:ids)) order by created_at desc
"""


class CaseExcerpts:
    """Reads them for one page of cases at a time."""

    def __init__(self, database: Database, search: CaseSearch) -> None:
        self._database = database
        self._search = search

    def of(self, conversations: Sequence[str], text: str) -> dict[str, str]:
        """One for each conversation in which there is any."""
        ids: dict[str, Value] = {"ids": json.dumps(list(conversations))}
        if not text.strip():
            rows = self._database.rows(LAST, **ids, enough=ENOUGH)
            return {row["conversation"]: around(row["words"], ()) for row in rows if row["words"]}
        wanted, words = Wanted(text), WORD.findall(plain(text))
        found: dict[str, str] = {}
        for row in self._database.each(INDEXED if self._search.indexed else READ, **ids):
            if row["conversation"] not in found and wanted.stand_in(row["words"]):
                found[row["conversation"]] = around(row["words"], words)
        return found


def around(text: str, words: Sequence[str]) -> str:
    """A text in one line, cut to a list's length around the first of some words; from its beginning without any."""
    text = " ".join(text.split())
    begins = (found.start() for found in WORD.finditer(text) if plain(found[0]).startswith(tuple(words)))
    at = next(begins, 0) if words else 0
    start = (text.find(" ", at - BEFORE, at) + 1 or at) if at > BEFORE else 0
    piece = text[start : start + LONGEST]
    if start + LONGEST < len(text):
        piece = piece[: piece.rfind(" ")] if " " in piece else piece
        piece += " …"
    return f"… {piece}" if start else piece
