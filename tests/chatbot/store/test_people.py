"""Names: what may be one, and who gets in."""

import pytest

from chatbot.errors import InputError
from chatbot.store import Store
from chatbot.store.people import LONGEST_NAME, check_name

PASSWORD = "correct horse battery"


@pytest.mark.parametrize("name", ["", " ", " ann", "ann ", "x" * (LONGEST_NAME + 1)])
def test_what_cannot_be_a_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match=f"give 1 to {LONGEST_NAME} characters"):
        check_name(name)


def test_people_are_called_by_their_names_as_long_as_they_are_there(store: Store) -> None:
    ada = store.people.add_staff("ada", "agent", PASSWORD)
    assert store.people.name_of(ada.id, "nobody") == "ada"
    store.accounts.remove(ada, "operator:olga", even_last=True)
    for known in (ada.id, store.people.add_visitor().id, "", None):
        assert (store.people.name_of(known), store.people.name_of(known, "nobody")) == ("", "nobody")


def test_a_key_holder_cannot_sign_in(store: Store) -> None:
    holder = store.people.add_key_holder("key:shop", "agent")
    assert store.people.get(holder.id) == holder
    assert store.people.check_password("key:shop", PASSWORD) is None
    assert store.people.staff() == []
