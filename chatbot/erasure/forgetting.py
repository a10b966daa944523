"""What a visitor has forgotten of what they said about themselves: gone from the database and from its log.

A deletion is opened in the journal each time, so that what a reader keeps in the log goes when it lets go.
"""

from pathlib import Path

from chatbot.erasure.erasing import erase
from chatbot.errors import InputError
from chatbot.records import Person
from chatbot.store import Store


def withdraw(home: Path, store: Store, person: Person) -> None:
    """Forget everything, and remember nothing from now on."""
    store.memories.consent(person, False)
    erase(home, store, [], person.actor)


def forget(home: Path, store: Store, person: Person, field: str) -> None:
    """Forget the value of one field."""
    store.memories.forget(person, field)
    erase(home, store, [], person.actor)


def change(home: Path, store: Store, person: Person, field: str, value: str) -> None:
    """Have a field say what the visitor typed; raises `InputError` where they do not agree to be remembered."""
    if not store.memories.consented(person):
        raise InputError("nothing is remembered of you: turn that on first")
    store.memories.remember(person, {field: value})
    erase(home, store, [], person.actor)
