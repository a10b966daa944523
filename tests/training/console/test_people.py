"""The tab People over HTTP: accounts and keys are made, changed and ended, and whoever is concerned is signed out."""

from collections.abc import Iterator

import httpx
import pytest

from chatbot.store import Store
from tests.events import latest
from tests.product import PASSWORD, signed_in
from training.console.tabs import people
from training.console.tabs.people import PersonShape, Staff
from training.console.tabs.tab import API

AT = f"{API}/{'people'}"
OTHER = "another long password 7"


@pytest.fixture
def ben(olga: httpx.Client) -> Iterator[PersonShape]:
    """A new agent, who is removed again."""
    answer = olga.post(f"{AT}/add", json={"name": "Ben", "role": "agent", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    made = person(answer, "Ben")
    yield made
    olga.post(f"{AT}/{made.id}/remove")


def person(answer: httpx.Response, name: str) -> PersonShape:
    return next(one for one in Staff.model_validate(answer.json()).people if one.name == name)


def test_everybody_is_listed_with_where_they_are_signed_in(olga: httpx.Client) -> None:
    staff = Staff.model_validate(olga.get(f"{AT}/staff").json())
    assert {(one.name, one.role, one.me) for one in staff.people} == {
        ("Olga", "operator", True),
        ("Anna", "agent", False),
    }
    me = next(one for one in staff.people if one.me)
    assert me.name == "Olga" and me.sign_ins and callable(people.routes)


def test_nobody_else_may(anna: httpx.Client) -> None:
    assert anna.get(f"{AT}/staff").status_code == 403
    assert anna.post(f"{AT}/add", json={"name": "x", "role": "operator", "password": PASSWORD}).status_code == 403


def test_an_account_is_changed_and_its_owner_signed_out(
    olga: httpx.Client, url: str, ben: PersonShape, remembered: Store
) -> None:
    with signed_in(url, "Ben") as browser:
        assert browser.get("/review/api/canned").status_code == 200
        answer = olga.post(f"{AT}/{ben.id}/role", json={"role": "operator"})
        assert person(answer, "Ben").role == "operator" and person(answer, "Ben").sign_ins == []
        assert browser.get("/review/api/canned").status_code == 401
    with signed_in(url, "Ben") as browser:
        assert len(person(olga.get(f"{AT}/staff"), "Ben").sign_ins) == 1
        assert person(olga.post(f"{AT}/{ben.id}/sign-out"), "Ben").sign_ins == []
        assert browser.get("/review/api/canned").status_code == 401
    assert olga.post(f"{AT}/{ben.id}/password", json={"password": OTHER}).status_code == 200
    assert remembered.people.check_password("Ben", OTHER) and not remembered.people.check_password("Ben", PASSWORD)
    assert person(olga.post(f"{AT}/{ben.id}/disable"), "Ben").disabled
    assert not person(olga.post(f"{AT}/{ben.id}/enable"), "Ben").disabled
    event = latest(remembered, ["sign_ins_ended"], 1)[0]
    assert (event.actor, event.subject) == ("operator:Olga", ben.id)


def test_what_cannot_be_done_is_said(olga: httpx.Client, ben: PersonShape) -> None:
    weak = olga.post(f"{AT}/add", json={"name": "Weak", "role": "agent", "password": "short"})
    assert weak.status_code == 400 and "password" in weak.json()["detail"]
    taken = olga.post(f"{AT}/add", json={"name": "Ben", "role": "agent", "password": PASSWORD})
    assert taken.status_code == 400 and "'Ben'" in taken.json()["detail"]
    me = next(one.id for one in Staff.model_validate(olga.get(f"{AT}/staff").json()).people if one.me)
    last = olga.post(f"{AT}/{me}/disable")
    assert last.status_code == 400 and "operate" in last.json()["detail"]
    assert olga.post(f"{AT}/nobody/disable").status_code == 404
    assert olga.post(f"{AT}/{ben.id}/reset-codes").status_code == 404


def test_a_key_is_shown_once_works_and_is_revoked(olga: httpx.Client, url: str, remembered: Store) -> None:
    made = olga.post(f"{AT}/keys", json={"name": "shop/web", "role": "app"}).json()
    with_key = {"authorization": f"Bearer {made['token']}"}
    assert httpx.get(f"{url}/v1/models", headers=with_key).status_code == 200
    staff = olga.get(f"{AT}/staff")
    assert [key["name"] for key in staff.json()["keys"]] == ["shop/web"] and made["token"] not in staff.text
    left = olga.post(f"{AT}/keys/revoke", json={"name": "shop/web", "role": "app"}).json()
    assert left["keys"] == [] and remembered.keys.find(made["token"]) is None
    done = [(event.kind, event.actor) for event in latest(remembered, ("key_added", "key_revoked"), 2)]
    assert sorted(done) == [("key_added", "operator:Olga"), ("key_revoked", "operator:Olga")]
