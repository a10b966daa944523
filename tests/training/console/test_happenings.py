"""The audit log for operators: names instead of ids, where from, and the same many times in one line."""

from chatbot.acting import acting
from chatbot.store import Store
from training.console.happenings import SHOWN, Happening, happenings

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


def test_versions_have_their_short_names_and_visitors_none(store: Store) -> None:
    version = store.versions.add_version("lamps", "base", "ab12cd34", None, None)
    store.versions.point("champion", version.name, "operator:ada")
    visitor = store.people.add_visitor()
    conversation = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(conversation, None, "A person, please")
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    told = [(line.who, line.what) for line in happenings(store)]
    assert told[:2] == [
        ("A visitor", "handed a conversation to a person: asked for a person"),
        ("ada (operator)", "let v1 answer"),
    ]
    assert visitor.id not in str(told)


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
