"""The audit log for operators: names instead of ids, where from, and the same many times in one line."""

from chatbot.acting import acting
from chatbot.store import Store
from training.console.happenings import SHOWN, Happening, happenings
from training.console.view import render

ATTACK = "<script>alert('${1}')</script>"


def test_who_did_what_from_where(store: Store) -> None:
    store.people.add_visitor()
    with acting("operator:root", "terminal"):
        ada = store.people.add_staff("ada", "agent", "a long enough password")
        store.keys.add(ATTACK, "app")
    with acting(address="192.0.2.7"):
        for name in ("ada", "ada", "ada", ""):
            store.events.add("stranger", "sign_in_failed", name)
        store.events.add(ada.actor, "signed_in", ada.id)
    told = happenings(store)
    assert [(line.who, line.what, line.address, line.times) for line in told] == [
        ("ada (agent)", "signed in", "192.0.2.7", 1),
        ("Somebody", "did not get in as a name that nobody has", "192.0.2.7", 1),
        ("Somebody", "did not get in as ada", "192.0.2.7", 3),
        ("root (operator)", f"added the API key {ATTACK}", "terminal", 1),
        ("root (operator)", "added ada", "terminal", 1),
    ]
    html = render("history", told)
    assert "from 192.0.2.7" in html and "× 3" in html and ada.id not in html and "<script>" not in html


def test_a_flood_hides_nothing_but_what_is_old(store: Store) -> None:
    store.events.add("operator:olga", "alias_champion", "v1", before="base")
    for _ in range(200):
        store.events.add("stranger", "sign_in_failed", "")
    flood, promoted = happenings(store)
    assert flood.times == 200
    assert promoted == Happening(promoted.when, "olga (operator)", "let v1 answer instead of the base model")
    for number in range(SHOWN + 5):
        store.events.add("operator:olga", "exported", f"v{number}")
    assert len(happenings(store)) == SHOWN
