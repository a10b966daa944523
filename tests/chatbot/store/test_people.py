"""Names and passwords: what may be one, and who gets in."""

import pytest

from chatbot.errors import InputError
from chatbot.store import Store
from chatbot.store.people import LONGEST_NAME, SHORTEST_PASSWORD, Passwords, check_name

PASSWORD = "correct horse battery"


@pytest.fixture
def passwords(store: Store) -> Passwords:
    """Hashes quickly, as the store of the tests does."""
    return Passwords()


def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    stored = passwords.hash(PASSWORD)
    assert PASSWORD not in stored
    assert passwords.match(stored, PASSWORD)
    assert not passwords.match(stored, PASSWORD + "!")
    assert not passwords.match("not a hash", PASSWORD)
    assert not passwords.match(None, PASSWORD)


def test_a_short_password_is_refused(passwords: Passwords) -> None:
    with pytest.raises(InputError, match=f"use at least {SHORTEST_PASSWORD}"):
        passwords.hash("x" * (SHORTEST_PASSWORD - 1))


@pytest.mark.parametrize("name", ["", " ", " ann", "ann ", "x" * (LONGEST_NAME + 1)])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"give 1 to {LONGEST_NAME} characters"):
        check_name(name)


def test_a_key_holder_cannot_sign_in(store: Store) -> None:
    holder = store.people.add_key_holder("key:shop", "agent")
    assert store.people.get(holder.id) == holder
    assert store.people.check_password("key:shop", PASSWORD) is None
    assert store.people.staff() == []
