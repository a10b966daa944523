"""Server-sent events: what happens, pushed to pages and programs that stay connected.

    GET /events?conversation=ID          what a visitor may know of their conversation
    GET /review/events                   everything, for the staff
    POST /typing                         the visitor is typing

Each event is a JSON object {kind, conversation, detail} (`chatbot.broker`). Nothing is kept for who was away: whoever
connects again reads everything anew, as after `lost`. A comment every 15 seconds keeps proxies from hanging up.
"""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, ExitStack
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel
from starlette.types import Receive, Scope, Send

from chatbot.broker import Broker, Happening, Wanted
from chatbot.desk.desk import Desk
from chatbot.errors import NotFoundError
from chatbot.records import Conversation
from chatbot.settings import Settings
from chatbot.web.access import EVENTS, Access
from chatbot.web.pages import REVIEW
from chatbot.web.plain_errors import PlainRoute
from chatbot.web.rates import RateLimits

HEARTBEAT_SECONDS = 15.0
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
STAFF_ONLY = ("note", "call", "look")
VISITORS_ONLY = ("queue",)
STAFF_DETAILS = ("person", "author", "holder")


class Typing(BaseModel):
    """Where somebody types."""

    conversation: str


def event_routes(settings: Settings, access: Access, desk: Desk) -> APIRouter:
    """The streams of the pages."""
    router, store = APIRouter(route_class=PlainRoute), access.store
    limits = RateLimits(settings, access)

    def own(request: Request, conversation: str) -> Conversation:
        visitor = access.visitor_id(request.cookies)
        person = store.people.get(visitor) if visitor else None
        if person is None:
            raise NotFoundError(f"conversation {conversation!r} does not exist: start a new chat")
        return store.conversations.get(conversation, person)

    @router.get("/events")
    async def visitors(request: Request, conversation: str) -> Response:
        mine = await run_in_threadpool(own, request, conversation)
        return conversation_stream(store.broker, desk, mine)

    @router.post("/typing", status_code=204)
    def typing(request: Request, body: Typing) -> None:
        limits.typing(request)
        desk.visitor_types(own(request, body.conversation).id)

    @router.get(f"{REVIEW.path}/events")
    async def staff(request: Request, page: Annotated[str, Query(max_length=40)] = "") -> Response:
        person = await run_in_threadpool(access.staff_for, REVIEW, request.cookies)
        return stream(store.broker, _is_for_staff, desk.agent_here(person, page))

    return router


def conversation_stream(broker: Broker, desk: Desk, conversation: Conversation) -> Response:
    """What a visitor may know of a conversation; they are there as long as it is read."""

    def wanted(happening: Happening) -> bool:
        own = happening.kind not in STAFF_ONLY and happening.conversation == conversation.id
        return own or happening.kind == "status"

    return stream(broker, wanted, desk.presence.visitor(conversation.id, conversation.person), for_visitor=True)


def stream(
    broker: Broker, wanted: Wanted, presence: AbstractContextManager[None], for_visitor: bool = False
) -> Response:
    """An answer that goes on until its reader leaves; raises `BusyError` where they have too many of them."""

    async def events() -> AsyncIterator[str]:
        with broker.subscribe(wanted) as subscription:
            yield "retry: 1000\n\n"
            while True:
                happening = await subscription.next(HEARTBEAT_SECONDS)
                if happening is None:
                    yield ":\n\n"
                else:
                    told = shown_to_visitor(happening) if for_visitor else happening
                    yield f"data: {json.dumps(told.as_dict(), ensure_ascii=False)}\n\n"

    return PresentStream(events(), presence)


class PresentStream(StreamingResponse):
    """A stream whose reader is there until it ends, however it does."""

    def __init__(self, events: AsyncIterator[str], presence: AbstractContextManager[None]) -> None:
        """Let them be there; raises what keeps them from it, as long as the answer may still be a refusal."""
        super().__init__(events, media_type=EVENTS, headers=HEADERS)
        self._presence = ExitStack()
        self._presence.enter_context(presence)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send events until the reader leaves."""
        with self._presence:
            await super().__call__(scope, receive, send)


def _is_for_staff(happening: Happening) -> bool:
    return happening.kind not in VISITORS_ONLY


def shown_to_visitor(happening: Happening) -> Happening:
    """A happening without the ids of the staff."""
    detail = {name: value for name, value in happening.detail.items() if name not in STAFF_DETAILS}
    return Happening(happening.kind, happening.conversation, detail)
