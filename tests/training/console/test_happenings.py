"""The audit log in words: names instead of ids, where from, all of it, and the same many times in one line."""

import re
from pathlib import Path

from chatbot.acting import acting
from chatbot.store import Store
from chatbot.store.events import EventFilter
from training.console.happenings import READ, SHOWN, WORDS, happenings, kinds_of

ATTACK = "<script>alert('${1}')</script>"
ALL = EventFilter()
ROOMS = ("chatbot", "training")


def test_who_did_what_from_where(store: Store) -> None:
    store.people.add_visitor()
    with acting("operator:root", "terminal"):
        ada = store.people.add_staff("ada", "agent", "a long enough password")
        store.keys.add(ATTACK, "app")
    with acting(address="192.0.2.7"):
        for name in ("ada", "ada", "ada", ""):
            store.events.add("stranger", "sign_in_failed", name)
        store.events.add(ada.actor, "signed_in", ada.id)
    page = happenings(store, ALL)
    assert page.next is None
    assert [(line.who, line.what, line.address, line.times) for line in page.lines] == [
        ("ada (agent)", "signed in", "192.0.2.7", 1),
        ("Somebody", "did not get in as a name that nobody has", "192.0.2.7", 1),
        ("Somebody", "did not get in as ada", "192.0.2.7", 3),
        ("root (operator)", f"added the API key {ATTACK}", "terminal", 1),
        ("root (operator)", "added ada", "terminal", 1),
    ]


def test_what_is_done_in_a_chat_leads_there_and_visitors_are_left_out(store: Store) -> None:
    version = store.versions.add_version("lamps", "base", "ab12cd34", None, None)
    store.versions.point("champion", version.name, "operator:ada")
    visitor = store.people.add_visitor()
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "A person, please")
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    ada, ben = (store.people.add_staff(name, "agent", "a long enough password") for name in ("ada", "ben"))
    store.cases.claim(conversation.id, ada)
    store.cases.transfer(conversation.id, ada, ben)
    told = happenings(store, ALL).lines
    assert [(line.who, line.what, line.conversation) for line in told[:2]] == [
        ("ada (agent)", "passed a chat on to ben", conversation.id),
        ("ada (agent)", "took a chat over", conversation.id),
    ]
    assert ("ada (operator)", "let v1 answer") in [(line.who, line.what) for line in told]
    assert visitor.id not in str(told)


def test_by_person_by_sort_and_by_day(store: Store) -> None:
    store.events.add("operator:olga", "setting_changed", "check", value="false", was="true")
    store.events.add("operator:olga", "pack_changed", "articles/returns.md", change=3, undoes=2)
    store.events.add("operator:otto", "backup", "/somewhere")
    (setting,) = happenings(store, EventFilter(kinds_of("system"), "operator:olga")).lines
    assert setting.what == "changed check from true to false"
    (article,) = happenings(store, EventFilter(kinds_of("knowledge"))).lines
    assert article.what == "changed articles/returns.md, which undid change 2"
    assert [line.who for line in happenings(store, EventFilter(actor="operator:otto")).lines] == ["otto (operator)"]
    assert happenings(store, EventFilter(until="2026-01-01")).lines == []
    assert len(happenings(store, EventFilter(since="2026-01-01")).lines) == 3
    assert store.events.actors() == ["operator:olga", "operator:otto"]


def test_a_flood_hides_nothing_and_what_is_older_is_a_page_away(store: Store) -> None:
    store.events.add("operator:olga", "alias_champion", "v1")
    for _ in range(200):
        store.events.add("stranger", "sign_in_failed", "")
    assert [line.times for line in happenings(store, ALL).lines] == [200, 1]
    for number in range(SHOWN + 5):
        store.events.add("operator:olga", "exported", f"v{number}")
    first = happenings(store, ALL)
    assert len(first.lines) == SHOWN and first.next
    rest = happenings(store, ALL, first.next)
    assert [line.times for line in rest.lines] == [1] * 5 + [200, 1] and rest.next is None
    assert READ > 200


def test_what_has_no_words_of_its_own_is_told_all_the_same(store: Store) -> None:
    store.events.add("operator:olga", "lamp_lit", "in the hall")
    assert [line.what for line in happenings(store, ALL).lines] == ["lamp lit in the hall"]


def test_all_that_is_recorded_of_the_staff_has_words() -> None:
    written = "".join(file.read_text() for room in ROOMS for file in Path(room).rglob("*.py"))
    kinds = set(re.findall(r"event\([\w.\"]+, \"(\w+)\"", written)) | set(
        re.findall(r"events\.add\([\w.]+, \"(\w+)\"", written)
    )
    visitors = {"helped", "consent", "memory_consent", "remembered", "forgotten", "file_taken"}
    assert len(kinds) > 30 and kinds - visitors <= set(WORDS)
