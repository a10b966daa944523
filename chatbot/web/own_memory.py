"""What is remembered of a visitor, for themselves: to read, change, delete, and to agree to or not.

Told to whoever holds the visitor's cookie, below `/memory`; where the pack names no fields there is nothing here.
"""

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from chatbot.dialogue.guard import clean_message
from chatbot.dialogue.self_told import fits
from chatbot.dialogue.session import Session
from chatbot.erasure.forgetting import change, forget, withdraw
from chatbot.errors import InputError, NotFoundError
from chatbot.knowledge.memory_fields import MemoryField
from chatbot.records import Person
from chatbot.web.access import Access
from chatbot.web.bodies import Body
from chatbot.web.plain_errors import PlainRoute
from chatbot.web.rates import RateLimits
from chatbot.web.routes import get_route

LONGEST_VALUE = 200


class Consent(Body):
    """Whether the visitor agrees to be remembered."""

    given: bool


class Value(Body):
    """What a field is to say."""

    value: str = Field(max_length=LONGEST_VALUE)


class FieldShape(BaseModel):
    """A field of the pack with what is remembered, empty where nothing is; one of `values`, where there are any."""

    field: str
    label: str
    value: str
    values: list[str]


class OwnMemory(BaseModel):
    """All that is remembered of whoever asks, and whether they agree to it; `ask` and `means` are the pack's words."""

    ask: str
    means: str
    consent: bool
    fields: list[FieldShape]


def own_memory_routes(session: Session, access: Access) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix="/memory", route_class=PlainRoute, include_in_schema=False)
    limits, home = RateLimits(session.settings, access), session.settings.home

    def writer(request: Request) -> Person:
        limits.feedback(request)
        if not access.visitor_id(request.cookies):
            raise InputError("this browser is not known here: open the chat page, and allow it its cookie")
        return access.visitor(request.cookies)

    visitor = Depends(writer)

    @get_route(router, "", include_in_schema=False)
    def read(request: Request) -> OwnMemory:
        known = access.visitor_id(request.cookies)
        return own_memory(session, session.store.people.get(known) if known else None)

    @router.put("")
    def consent(body: Consent, person: Person = visitor) -> OwnMemory:
        if body.given:
            session.store.memories.consent(person, True)
        else:
            withdraw(home, session.store, person)
        return own_memory(session, person)

    @router.put("/{field}")
    def put(field: str, body: Value, person: Person = visitor) -> OwnMemory:
        change(home, session.store, person, field, _checked(session, field, body.value))
        return own_memory(session, person)

    @router.delete("/{field}")
    def remove(field: str, person: Person = visitor) -> OwnMemory:
        forget(home, session.store, person, field)
        return own_memory(session, person)

    return router


def own_memory(session: Session, person: Person | None) -> OwnMemory:
    """What is remembered of somebody; what the pack names no field for any more stands below its own name."""
    memories, offered = session.store.memories, session.pack.persona.memory
    fields, agrees = offered.fields, bool(person and memories.consented(person))
    told = {one.field: one.value for one in memories.of(person)} if person else {}
    shapes = [_shape(name, fields.get(name), told.get(name, "")) for name in dict.fromkeys([*fields, *told])]
    return OwnMemory(ask=offered.ask, means=offered.means, consent=agrees, fields=shapes)


def _shape(name: str, field: MemoryField | None, value: str) -> FieldShape:
    label, values = (field.label, field.values) if field else (name, [])
    return FieldShape(field=name, label=label, value=value, values=values)


def _checked(session: Session, name: str, value: str) -> str:
    field = session.pack.persona.memory.fields.get(name)
    if field is None:
        raise NotFoundError(f"nothing is remembered under {name!r}: reload the page")
    value = " ".join(clean_message(value, LONGEST_VALUE).split())
    if not fits(field, value):
        kinds = f"one of {', '.join(field.values)}" if field.values else f"at most {field.words} words"
        raise InputError(f"{field.label}: give {kinds}")
    return value
