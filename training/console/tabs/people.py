"""The tab People: who may sign in and as what, where they are signed in, and which programs have keys."""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from chatbot.errors import NotFoundError
from chatbot.records import KeyRole, Person
from chatbot.store import Store
from chatbot.web.bodies import Body
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.tabs.tab import tab_router

Secret = Annotated[str, Field(max_length=1000)]


class NewPerson(Body):
    """Somebody who is to sign in."""

    name: str
    role: Literal["agent", "operator"]
    password: Secret


class NewRole(Body):
    """What somebody is to be."""

    role: Literal["agent", "operator"]


class NewPassword(Body):
    """Another password."""

    password: Secret


class NewKey(Body):
    """A key for a program."""

    name: str
    role: KeyRole


class SignInShape(BaseModel):
    """A browser in which somebody is signed in."""

    id: str
    begun_at: str
    seen_at: str
    address: str
    browser: str


class PersonShape(BaseModel):
    """One of the staff.

    `provider` is the OpenID provider through which they sign in, `codes` whether they give codes from an app, `me` who
    asks.
    """

    id: str
    name: str
    role: str
    disabled: bool
    provider: str
    codes: bool
    created_at: str
    me: bool
    sign_ins: list[SignInShape]


class KeyShape(BaseModel):
    """A key; nobody sees its token again."""

    name: str
    role: str
    created_at: str


class Staff(BaseModel):
    """Everybody who may sign in, and the keys."""

    people: list[PersonShape]
    keys: list[KeyShape]


class MadeKey(BaseModel):
    """A new key: its token, this once."""

    token: str
    staff: Staff


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    router, operator = tab_router("people"), Depends(console.operator)
    words = console.access.words
    _add_accounts(router, console.store, operator, words)
    _add_keys(router, console.store, operator)
    return router


def _add_accounts(router: APIRouter, store: Store, operator: Person, words: Sequence[str]) -> None:
    accounts = store.accounts

    def named(person_id: str) -> Person:
        found = next((one for one in store.people.staff() if one.id == person_id), None)
        if found is None:
            raise NotFoundError("this account is gone: reload the page")
        return found

    @get_route(router, "/staff")
    def staff(person: Person = operator) -> Staff:
        return _staff(store, person)

    @router.post("/add")
    def add(body: NewPerson, person: Person = operator) -> Staff:
        store.people.add_staff(body.name, body.role, body.password, words)
        return _staff(store, person)

    @router.post("/{who}/role")
    def set_role(who: str, body: NewRole, person: Person = operator) -> Staff:
        accounts.set_role(named(who), body.role, person.actor)
        return _staff(store, person)

    @router.post("/{who}/password")
    def set_password(who: str, body: NewPassword, person: Person = operator) -> Staff:
        accounts.set_password(named(who), body.password, person.actor, words)
        return _staff(store, person)

    @router.post("/{who}/disable")
    def disable(who: str, person: Person = operator) -> Staff:
        accounts.disable(named(who), person.actor)
        return _staff(store, person)

    @router.post("/{who}/enable")
    def enable(who: str, person: Person = operator) -> Staff:
        accounts.enable(named(who), person.actor)
        return _staff(store, person)

    @router.post("/{who}/remove")
    def remove(who: str, person: Person = operator) -> Staff:
        accounts.remove(named(who), person.actor)
        return _staff(store, person)

    @router.post("/{who}/sign-out")
    def sign_out(who: str, person: Person = operator) -> Staff:
        ended = named(who)
        with store.transaction():
            store.sign_ins.end_all(ended)
            store.events.add(person.actor, "sign_ins_ended", ended.id, name=ended.name)
        return _staff(store, person)

    @router.post("/{who}/reset-codes")
    def reset_codes(who: str, person: Person = operator) -> Staff:
        reset = named(who)
        with store.transaction():
            store.second_factors.turn_off(reset, person.actor)
            store.sign_ins.end_all(reset)
        return _staff(store, person)


def _add_keys(router: APIRouter, store: Store, operator: Person) -> None:
    @router.post("/keys")
    def add_key(body: NewKey, person: Person = operator) -> MadeKey:
        token = store.keys.add(body.name, body.role)
        return MadeKey(token=token, staff=_staff(store, person))

    @router.post("/keys/revoke")
    def revoke(body: NewKey, person: Person = operator) -> Staff:
        store.keys.revoke(body.name)
        return _staff(store, person)


def _staff(store: Store, reader: Person) -> Staff:
    people = [_shown(store, person, reader) for person in store.people.staff()]
    keys = [KeyShape(name=key.name, role=key.role, created_at=key.created_at) for key in store.keys.all()]
    return Staff(people=people, keys=keys)


def _shown(store: Store, person: Person, reader: Person) -> PersonShape:
    sign_ins = [
        SignInShape(id=one.id, begun_at=one.begun_at, seen_at=one.seen_at, address=one.address, browser=one.browser)
        for one in store.sign_ins.of(person)
    ]
    return PersonShape(
        id=person.id,
        name=person.name or "",
        role=person.role,
        disabled=person.disabled,
        provider=person.issuer,
        codes=store.second_factors.is_on(person),
        created_at=person.created_at,
        me=person.id == reader.id,
        sign_ins=sign_ins,
    )
