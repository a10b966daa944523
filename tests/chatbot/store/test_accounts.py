"""Accounts: what changes them, that somebody can always operate, and people whom a provider vouches for."""

import pytest

from chatbot.errors import AccessError, InputError, LastOperatorError, NotFoundError
from chatbot.records import Person
from chatbot.store import Store
from tests.events import latest

PASSWORD = "correct horse battery"
ISSUER = "https://id.example"


@pytest.fixture
def olga(store: Store) -> Person:
    return store.people.add_staff("olga", "operator", PASSWORD)


def test_a_removed_name_is_free_again_and_what_was_rated_stays(store: Store, olga: Person) -> None:
    store.people.add_staff("otto", "operator", PASSWORD)
    store.accounts.remove(olga, "system")
    assert store.people.get(olga.id) is None and store.people.check_password("olga", PASSWORD) is None
    assert store.people.add_staff("olga", "agent", PASSWORD).id != olga.id
    with pytest.raises(NotFoundError, match="removed in the meantime"):
        store.accounts.disable(olga, "system")


def test_the_last_operator_stays_unless_it_is_said_so(store: Store, olga: Person) -> None:
    store.people.add_staff("ann", "agent", PASSWORD)
    otto = store.people.add_staff("otto", "operator", PASSWORD)
    store.accounts.disable(otto, "system")
    with pytest.raises(LastOperatorError):
        store.accounts.disable(olga, "system")
    with pytest.raises(LastOperatorError):
        store.accounts.remove(olga, "system")
    with pytest.raises(LastOperatorError):
        store.accounts.set_role(olga, "agent", "system")
    store.accounts.enable(otto, "system")
    assert store.accounts.set_role(olga, "agent", "system").role == "agent"
    store.accounts.remove(otto, "system", even_last=True)
    assert [(one.name, one.role) for one in store.people.staff()] == [("ann", "agent"), ("olga", "agent")]


def test_a_key_of_an_operator_operates_nothing_by_itself(store: Store, olga: Person) -> None:
    store.keys.add("desk", "operator")
    with pytest.raises(LastOperatorError):
        store.accounts.disable(olga, "system")


def test_a_name_that_nobody_has_is_told_with_those_there_are(store: Store, olga: Person) -> None:
    assert store.accounts.named("olga") == olga
    with pytest.raises(NotFoundError, match="known names are olga"):
        store.accounts.named("anna")


def test_a_provider_names_the_same_person_again(store: Store, olga: Person) -> None:
    first = store.accounts.from_provider(ISSUER, "s1", "olga", "agent")
    assert (first.name, first.role, first.issuer) == ("olga 2", "agent", ISSUER)
    assert store.accounts.from_provider(ISSUER, "s1", "other name", "agent") == first
    assert store.accounts.from_provider(f"{ISSUER}/b", "s1", "olga", "agent").id != first.id
    assert store.accounts.from_provider(ISSUER, "s1", "olga", "operator").role == "operator"


def test_a_provider_opens_no_account_that_is_disabled(store: Store, olga: Person) -> None:
    eve = store.accounts.from_provider(ISSUER, "s1", "eve", "agent")
    store.accounts.disable(eve, "system")
    with pytest.raises(AccessError, match="disabled"):
        store.accounts.from_provider(ISSUER, "s1", "eve", "agent")


@pytest.mark.parametrize("password", ["", PASSWORD, "None"])
def test_an_account_of_a_provider_has_no_password(store: Store, password: str) -> None:
    eve = store.accounts.from_provider(ISSUER, "s1", "eve", "agent")
    assert store.people.check_password("eve", password) is None
    with pytest.raises(InputError, match="signs in through"):
        store.accounts.set_password(eve, PASSWORD, "system")


def test_what_was_changed_is_told_by_events_without_the_password(store: Store, olga: Person) -> None:
    store.accounts.set_password(olga, "seven green lanterns swim", "operator:otto")
    (event,) = latest(store, ["password_changed"], 5)
    assert (event.actor, event.subject, event.detail) == ("operator:otto", olga.id, {"name": "olga"})
