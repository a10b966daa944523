"""Words are told in a text as the index tells them."""

import pytest

from chatbot.store.cases import CaseFilter
from chatbot.store.sqlite import case_pages
from chatbot.store.sqlite.case_matching import Wanted, plain
from chatbot.store.sqlite.store import SqliteStore

TEXTS = ("Where is my Crème_lamp 4711?", "30-day return", "ÉCOLE İstanbul Straße", "x", "日本 語", "don't")
WISHES = (
    "creme",
    "lam",
    "lamp ",
    "lam ",
    "4711 where",
    "47",
    "day 30",
    "ecole",
    "strasse",
    "straße",
    "日本",
    "?!",
    "don t",
    "t",
)


@pytest.mark.parametrize("wish", WISHES)
def test_few_cases_are_searched_as_all_are(store: SqliteStore, wish: str, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = store.people.add_visitor()
    for text in TEXTS:
        conversation = store.conversations.start(visitor, "lamps")
        store.conversations.add_user_message(conversation, None, text)
    found = [[case.title for case in store.cases.page(CaseFilter(text=wish)).items]]
    monkeypatch.setattr(case_pages, "FEW", -1)
    found.append([case.title for case in store.cases.page(CaseFilter(text=wish)).items])
    assert found[0] == found[1]
    assert found[0] == [text for text in reversed(TEXTS) if Wanted(wish).stand_in(text)]


def test_a_text_without_accents() -> None:
    assert plain("Crème BRÛLÉE") == "creme brulee"
