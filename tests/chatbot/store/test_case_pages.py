"""Pages of cases are read along an index, never by sorting all of them."""

from chatbot.store.sqlite.case_pages import COLUMNS, JOINED
from chatbot.store.sqlite.messages import message_of
from chatbot.store.sqlite.store import SqliteStore


def plan(store: SqliteStore, where: str, order: str) -> str:
    rows = store.database.rows(
        f"explain query plan select {COLUMNS} from cases {JOINED} where {where} order by {order} limit 50"
    )
    return " | ".join(row["detail"] for row in rows)


def test_lists_walk_an_index_in_its_order(store: SqliteStore) -> None:
    for where, order in {
        "1": "cases.place, cases.number",
        "cases.status = 'open'": "cases.place, cases.number",
        "cases.holder = 'a' and cases.status = 'held'": "cases.place, cases.number",
        "cases.last_at > '2026'": "cases.last_at desc, cases.number desc",
    }.items():
        told = plan(store, where, order)
        assert "USING INDEX cases_by_" in told and "TEMP B-TREE FOR ORDER" not in told, told


def test_a_row_is_a_message() -> None:
    names = ("id", "conversation", "role", "content", "status", "created_at")
    row = dict.fromkeys(names, "x") | dict.fromkeys(("parent", "reviewed_at", "author", "trace"))
    assert message_of(row).trace is None
