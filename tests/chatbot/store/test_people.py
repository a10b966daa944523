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


def test_a_key_holder_cannot_sign_in(store: Store) -> None:
    holder = store.people.add_key_holder("key:shop", "agent")
    assert store.people.get(holder.id) == holder
    assert store.people.check_password("key:shop", PASSWORD) is None
    assert store.people.staff() == []
