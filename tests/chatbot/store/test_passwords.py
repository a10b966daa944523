"""Passwords: which may be chosen, and that only the right one matches."""

import pytest
from argon2 import PasswordHasher, Type, extract_parameters

from chatbot.errors import InputError
from chatbot.store.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD, Passwords, check_choice
from chatbot.store.sqlite.store import SqliteStore

PASSWORD = "correct horse battery"


@pytest.fixture
def passwords() -> Passwords:
    """Hashes quickly, as all tests do."""
    return Passwords()


def test_a_password_matches_its_own_hash_only(passwords: Passwords) -> None:
    stored = passwords.hash(PASSWORD)
    assert PASSWORD not in stored
    assert passwords.match(stored, PASSWORD)
    assert not passwords.match(stored, PASSWORD + "!")
    assert not passwords.match("not a hash", PASSWORD)
    assert not passwords.match(None, PASSWORD)


def test_what_is_served_costs_a_guesser_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.store.passwords.PasswordHasher", PasswordHasher)
    passwords = Passwords()
    for made in (passwords.hash(PASSWORD), passwords._dummy_hash):
        cost = extract_parameters(made)
        assert cost.type is Type.ID and cost.memory_cost >= 19 * 1024 and cost.time_cost >= 2


def test_length_is_bounded_on_both_sides() -> None:
    with pytest.raises(InputError, match=f"use at least {SHORTEST_PASSWORD}"):
        check_choice("k7#wq9!xz2m"[: SHORTEST_PASSWORD - 1], [])
    with pytest.raises(InputError, match=f"use at most {LONGEST_PASSWORD}"):
        check_choice("lamp tulip oven rail " * 60, [])


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd1234",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "iloveyou1234",
        "letmeinletmein",
        "administrator",
        "chatbot-2026",
        "Larkspur2026!",
        "larkspurlarkspur",
        "annaberg-annaberg",
        "AnnaBerg2026",
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str) -> None:
    with pytest.raises(InputError, match="easily guessed"):
        check_choice(password, ["Annaberg", "larkspur"])


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "tulpe ofen schiene neun",
        "k7wq9xz2mpv4",
        "дом река синий чайник",
        "🐟 in the attic at noon",
        "larkspur grows beside the tram",
        "lamp tulip oven rail " * 12,
        "       leading and trailing count   ",
    ],
)
def test_nothing_is_asked_of_the_characters(password: str) -> None:
    check_choice(password, ["Annaberg", "larkspur"])


def test_a_password_from_before_the_rule_stays_valid(store: SqliteStore) -> None:
    ann = store.people.add_staff("ann", "agent", PASSWORD)
    with store.database.writing() as db:
        old = PasswordHasher(time_cost=1, memory_cost=64).hash("short")
        db["people"].update(ann.id, {"password_hash": old})
    assert store.people.check_password("ann", "short") == ann
