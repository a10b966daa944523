"""Canned replies are added, changed and removed by name."""

import pytest

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person
from chatbot.store import Store


def test_a_canned_reply_is_kept_under_its_name(store: Store, agent: Person) -> None:
    store.canned.put("sorry", "I am sorry, {name}.", agent)
    store.canned.put(" late  parcel ", "It is on its way.", agent)
    store.canned.put("sorry", "We are sorry, {name}.", agent)
    assert [(one.name, one.text) for one in store.canned.all()] == [
        ("late parcel", "It is on its way."),
        ("sorry", "We are sorry, {name}."),
    ]
    store.canned.remove("sorry", agent)
    with pytest.raises(NotFoundError, match="no canned reply called 'sorry'"):
        store.canned.remove("sorry", agent)
    with pytest.raises(InputError, match="canned reply is empty"):
        store.canned.put("sorry", " ", agent)
