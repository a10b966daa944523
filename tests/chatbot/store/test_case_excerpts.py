"""What a list shows of cases: the last words of the visitor, and the place where something stands."""

import pytest

from chatbot.records import Person, Trace
from chatbot.store.sqlite.case_excerpts import LONGEST, CaseExcerpts, around
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.store import SqliteStore

ANGRY = "This is ridiculous!!\n\nI want my money back."


def said(store: SqliteStore, visitor: Person, *texts: str) -> str:
    conversation = store.conversations.start(visitor, "lamps")
    for text in texts:
        head = store.conversations.get(conversation.id).head
        asked = store.conversations.add_user_message(conversation, head, text)
        reply = store.conversations.begin_reply(conversation, asked.id, Trace("v1"))
        store.conversations.update_reply(reply.id, "You may send it back within 30 days.", "complete", Trace("v1"))
    return conversation.id


def test_the_visitors_last_words_are_shown(store: SqliteStore, visitor: Person) -> None:
    calm, angry = said(store, visitor, "Hello"), said(store, visitor, "Where is it?", ANGRY)
    silent = store.conversations.start(visitor, "lamps").id
    shown = store.cases.excerpts([calm, angry, silent])
    assert shown == {calm: "Hello", angry: "This is ridiculous!! I want my money back."}
    assert store.cases.excerpts([]) == {}


@pytest.mark.parametrize("indexed", [True, False])
def test_a_search_shows_where_it_is(store: SqliteStore, visitor: Person, agent: Person, indexed: bool) -> None:
    one, two = said(store, visitor, "My wardrobe has no handle", "And hurry"), said(store, visitor, "Hello")
    search = CaseSearch(store.database)
    search.indexed = indexed
    excerpts = CaseExcerpts(store.database, search)
    assert excerpts.of([one, two], "wardr") == {one: "My wardrobe has no handle"}
    assert excerpts.of([one], "30 days") == {one: "You may send it back within 30 days."}
    store.cases.add_note(two, agent, "wants a wardrobe")
    assert (two in excerpts.of([one, two], "wardrobe")) == indexed


def test_long_texts_are_cut_at_words_around_what_is_found() -> None:
    text = f"{'before ' * 60}Crème {'after ' * 60}"
    found = around(text, ["creme"])
    assert found.startswith("… before") and found.endswith("after …") and "Crème" in found[:60]
    begin = around(text, ())
    assert begin.startswith("before before") and begin.endswith("before …") and len(begin) <= LONGEST + 2
    assert around("x" * 500, ()) == "x" * LONGEST + " …"
    assert around(f"{'x' * 500} lamp", ["lamp"]).endswith("lamp")
