"""The inbox's API under `/review/api/`, for its page and for programs that sign in as one of the staff.

    app.include_router(inbox_routes(session, access, desk))

`AccessMiddleware` keeps others out; every route asks once more who it is. What others do meanwhile is told by
`/review/events`.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from chatbot.desk.desk import Desk
from chatbot.dialogue.session import Session
from chatbot.records import CaseReason, CaseStatus, Person
from chatbot.store.cases import LONGEST_PAGE, CaseFilter, CaseOrder
from chatbot.store.figures import Ending
from chatbot.web.access import Access
from chatbot.web.inbox.bodies import Claim, ContactText, HandBack, LabelText, Look, Requeue, Transfer, Words
from chatbot.web.inbox.case_shapes import CallShape, CannedShape, CaseList, CaseRow, Choices, Colleague, WholeCase
from chatbot.web.inbox.message_routes import add_message_routes
from chatbot.web.inbox.message_shapes import DraftText
from chatbot.web.inbox.reading import Reading
from chatbot.web.pages import REVIEW
from chatbot.web.plain_errors import PlainRoute
from chatbot.web.routes import get_route

PREFIX = f"{REVIEW.path}/api"


def inbox_routes(session: Session, access: Access, desk: Desk) -> APIRouter:
    """All routes of the inbox's API."""
    router = APIRouter(prefix=PREFIX, route_class=PlainRoute, tags=["inbox"])
    reading = Reading(session.store, desk)

    def reader(request: Request) -> Person:
        return access.staff_for(REVIEW, request.cookies)

    staff = Depends(reader)
    _add_reading(router, reading, staff)
    _add_holding(router, desk, reading, staff)
    _add_looking(router, desk, staff)
    _add_marking(router, session, desk, reading, staff)
    add_message_routes(router, session, reading, staff)
    _add_canned(router, session, reading, staff)
    return router


def wanted_cases(
    status: CaseStatus | None = None,
    holder: str | None = None,
    reason: CaseReason | None = None,
    label: str | None = None,
    version: str | None = None,
    topic: str | None = None,
    ending: Ending | None = None,
    begun: str | None = None,
    since: str | None = None,
    until: str | None = None,
    text: Annotated[str, Query(max_length=500)] = "",
    order: CaseOrder = "urgent",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=LONGEST_PAGE)] = 50,
) -> CaseFilter:
    """A filter from the query of an address."""
    return CaseFilter(
        status, holder, reason, label, version, topic, ending, begun, since, until, text, order, cursor, limit
    )


def _add_reading(router: APIRouter, reading: Reading, staff: Person) -> None:
    filtered = Depends(wanted_cases)

    @get_route(router, "/cases")
    def cases(wanted: CaseFilter = filtered, person: Person = staff) -> CaseList:
        return reading.cases(wanted, person)

    @get_route(router, "/calls")
    def calls(person: Person = staff) -> list[CallShape]:
        return reading.calls(person)

    @get_route(router, "/choices")
    def choices(person: Person = staff) -> Choices:
        return reading.choices()

    @get_route(router, "/cases/{conversation}")
    def case(conversation: str, person: Person = staff) -> WholeCase:
        return reading.whole(conversation, person)

    @get_route(router, "/staff")
    def colleagues(person: Person = staff) -> list[Colleague]:
        return reading.colleagues(person)


def _add_holding(router: APIRouter, desk: Desk, reading: Reading, staff: Person) -> None:
    @router.post("/cases/{conversation}/claim")
    def claim(conversation: str, body: Claim, person: Person = staff) -> CaseRow:
        return reading.row(desk.claim(conversation, person, body.over))

    @router.post("/cases/{conversation}/release")
    def release(conversation: str, body: HandBack, person: Person = staff) -> CaseRow:
        return reading.row(desk.release(conversation, person, body.note))

    @router.post("/cases/{conversation}/requeue")
    def requeue(conversation: str, body: Requeue, person: Person = staff) -> CaseRow:
        return reading.row(desk.requeue(conversation, person, body.since))

    @router.post("/cases/{conversation}/transfer")
    def transfer(conversation: str, body: Transfer, person: Person = staff) -> CaseRow:
        return reading.row(desk.transfer(conversation, person, body.to, body.note))

    @router.post("/cases/{conversation}/close")
    def close(conversation: str, person: Person = staff) -> CaseRow:
        return reading.row(desk.close(conversation, person))

    @router.post("/cases/{conversation}/reopen")
    def reopen(conversation: str, person: Person = staff) -> CaseRow:
        return reading.row(desk.reopen(conversation, person))

    @router.post("/cases/{conversation}/message")
    def message(conversation: str, body: Words, person: Person = staff) -> WholeCase:
        desk.write(conversation, person, body.text)
        return reading.whole(conversation, person)

    @router.post("/cases/{conversation}/typing", status_code=204)
    def typing(conversation: str, person: Person = staff) -> None:
        desk.agent_types(conversation, person)


def _add_looking(router: APIRouter, desk: Desk, staff: Person) -> None:
    @router.post("/cases/{conversation}/look", status_code=204)
    def look(conversation: str, body: Look, person: Person = staff) -> None:
        desk.looking.look(body.page, person, conversation)

    @router.post("/look-away", status_code=204)
    def look_away(body: Look, person: Person = staff) -> None:
        desk.looking.look(body.page, person, "")


def _add_marking(router: APIRouter, session: Session, desk: Desk, reading: Reading, staff: Person) -> None:
    cases = session.store.cases

    @router.post("/cases/{conversation}/seen", status_code=204)
    def seen(conversation: str, person: Person = staff) -> None:
        cases.seen(conversation, person)

    @router.post("/cases/{conversation}/note")
    def note(conversation: str, body: Words, person: Person = staff) -> WholeCase:
        cases.add_note(conversation, person, body.text)
        return reading.whole(conversation, person)

    @router.post("/cases/{conversation}/label")
    def label(conversation: str, body: LabelText, person: Person = staff) -> CaseRow:
        return reading.row(cases.add_label(conversation, person, body.label))

    @router.post("/cases/{conversation}/unlabel")
    def unlabel(conversation: str, body: LabelText, person: Person = staff) -> CaseRow:
        return reading.row(cases.remove_label(conversation, person, body.label))

    @router.post("/cases/{conversation}/contact")
    def contact(conversation: str, body: ContactText, person: Person = staff) -> CaseRow:
        return reading.row(cases.set_contact(conversation, body.contact, person.actor))

    @router.post("/cases/{conversation}/draft")
    def draft(conversation: str, person: Person = staff) -> DraftText:
        return DraftText(text=session.draft(person, conversation))


def _add_canned(router: APIRouter, session: Session, reading: Reading, staff: Person) -> None:
    @get_route(router, "/canned")
    def canned(person: Person = staff) -> list[CannedShape]:
        return reading.canned()

    @router.put("/canned/{name}")
    def put_canned(name: str, body: Words, person: Person = staff) -> list[CannedShape]:
        session.store.canned.put(name, body.text, person)
        return reading.canned()

    @router.delete("/canned/{name}")
    def remove_canned(name: str, person: Person = staff) -> list[CannedShape]:
        session.store.canned.remove(name, person)
        return reading.canned()
