"""The place of a case in the list, and how words are asked for."""

import pytest
from sqlite_utils import Database

from chatbot.records import Trace
from chatbot.store.sqlite.case_places import place_of, topic_of, worse
from chatbot.store.sqlite.case_rows import CaseRows
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.case_words import add_words, match_of
from chatbot.store.sqlite.store import SqliteStore

EARLY, LATE = "2026-01-01T10:00:00+00:00", "2026-01-02T10:00:00+00:00"


def test_places_go_from_who_waits_longest_to_what_is_done() -> None:
    places = [
        place_of("waiting", "new", EARLY, LATE),
        place_of("waiting", "handed off", LATE, EARLY),
        place_of("held", "new", EARLY, LATE),
        place_of("open", "disliked", None, LATE),
        place_of("open", "disliked", None, EARLY),
        place_of("open", "new", None, LATE),
        place_of("done", "handed off", None, LATE),
    ]
    assert places == sorted(places) and len(set(places)) == len(places)


def test_the_more_urgent_reason_stays() -> None:
    assert worse("new", "uncertain") == worse("uncertain", "new") == "uncertain"
    assert topic_of(Trace(rule="greeting")) == "greeting"


@pytest.mark.parametrize(
    ("text", "match"),
    [("late parcel", '"late" "parcel"*'), ("a_b ", '"a" "b"'), ("NEAR(x", '"NEAR" "x"*'), ("…", '""')],
)
def test_a_search_is_words_and_never_a_query(text: str, match: str) -> None:
    assert match_of(text) == match


def test_words_stand_behind_one_another_in_the_range_of_their_case(store: SqliteStore) -> None:
    db: Database = store.database.here
    for number in (1, 2, 1):
        add_words(db, number, "lamp")
    rows = db.conn.execute("select rowid from case_words order by rowid").fetchall()
    assert [row[0] for row in rows] == [(1 << 20) + 1, (1 << 20) + 2, (2 << 20) + 1]
    assert CaseSearch(store.database).indexed
    assert CaseRows(store.database, CaseSearch(store.database)).name(None) == ""
