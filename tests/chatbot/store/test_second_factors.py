"""Second factors as they are stored: known values of RFC 6238, and nothing left of an account that is gone."""

import pytest

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person
from chatbot.store.sqlite.store import SqliteStore

CLOCK = "chatbot.store.sqlite.second_factors.time.time"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_codes_are_those_of_the_rfc(
    store: SqliteStore, agent: Person, monkeypatch: pytest.MonkeyPatch, moment: int, code: str
) -> None:
    store.second_factors.propose(agent)
    with store.database.writing() as db:
        db["second_factors"].update(agent.id, {"secret": SECRET})
    monkeypatch.setattr(CLOCK, lambda: float(moment))
    with pytest.raises(InputError, match="present code"):
        store.second_factors.turn_on(agent, "287083")
    assert store.second_factors.turn_on(agent, f"{code[:3]} {code[3:]}")


def test_before_it_is_on_no_code_counts(store: SqliteStore, agent: Person) -> None:
    assert not store.second_factors.check(agent, "")
    store.second_factors.propose(agent)
    assert not store.second_factors.is_on(agent) and not store.second_factors.check(agent, "000000")
    with pytest.raises(NotFoundError, match="nothing to turn off"):
        store.second_factors.turn_off(agent, "system")


def test_a_removed_account_leaves_no_secret(store: SqliteStore, agent: Person) -> None:
    store.second_factors.propose(agent)
    store.accounts.remove(agent, "system")
    assert store.database.rows("select * from second_factors") == []
