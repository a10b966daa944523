"""Conversations over `/v1`: what was said in one by whom, who has it now, and what happens in it.

    GET /v1/conversations/{id}            messages with their authors, and the handoff
    GET /v1/conversations/{id}/events     server-sent events, as a visitor's page gets them

Only whoever had the conversation reads it: the visitor of the cookie, the key that asked, or its `user`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel

from chatbot.desk.desk import Desk
from chatbot.desk.sent_files import told_file
from chatbot.dialogue.handoff import moment
from chatbot.dialogue.session import Session
from chatbot.records import Conversation, Message, Speaker
from chatbot.store.uploads import Upload
from chatbot.web.api_shapes import Handoff
from chatbot.web.callers import Caller
from chatbot.web.event_streams import conversation_stream
from chatbot.web.routes import get_route

User = Annotated[str, Query(max_length=200, description="The visitor of an app whose conversation it is.")]


class TalkFile(BaseModel):
    """A file that the visitor sent; `address` is where the staff get it, below that of the product."""

    id: str
    name: str
    type: str
    size: int
    address: str


class TalkMessage(BaseModel):
    """A message; `name` is that of the agent who wrote it."""

    id: str
    role: Speaker
    name: str | None
    content: str
    status: str
    created_at: str
    files: list[TalkFile]


class Talk(BaseModel):
    """A conversation as its visitor sees it."""

    id: str
    object: Literal["conversation"] = "conversation"
    title: str
    messages: list[TalkMessage]
    handoff: Handoff | None


def add_conversation_routes(router: APIRouter, session: Session, desk: Desk, known: Caller) -> None:
    """Add the routes below `/v1/conversations`."""

    def own(caller: Caller, conversation: str, user: str) -> Conversation:
        return session.store.conversations.get(conversation, caller.person(user))

    @get_route(router, "/conversations/{conversation}")
    def talk(conversation: str, user: User = "", caller: Caller = known) -> Talk:
        found = own(caller, conversation, user)
        branch = session.store.conversations.path(found.head)
        sent = session.store.uploads.sent_in(found.id)
        return Talk(
            id=found.id,
            title=found.title,
            messages=[_told(session, message, sent.get(message.id, [])) for message in branch],
            handoff=handoff_of(session, found.id),
        )

    @router.get("/conversations/{conversation}/events")
    async def events(conversation: str, request: Request, user: User = "", caller: Caller = known) -> Response:
        found = await run_in_threadpool(own, caller, conversation, user)
        return conversation_stream(session.store.broker, desk, found)


def handoff_of(session: Session, conversation: str) -> Handoff | None:
    """Where a conversation stands; None where no person was called or has it."""
    case = session.store.cases.get(conversation)
    if case.status not in ("waiting", "held"):
        return None
    hours, held = session.pack.persona.handoff.hours, case.status == "held"
    opens = hours.opens_at(moment()) if hours else None
    return Handoff(
        status="held" if held else "waiting",
        holder=case.holder_name or None,
        position=None if held else session.store.cases.queue_position(conversation),
        since=case.waiting_since,
        opens_at=opens.isoformat(timespec="seconds") if opens else None,
    )


def _told(session: Session, message: Message, sent: Sequence[Upload]) -> TalkMessage:
    return TalkMessage(
        id=message.id,
        role=message.role,
        name=session.store.people.name_of(message.author) or None,
        content=message.content,
        status=message.status,
        created_at=message.created_at,
        files=[TalkFile(**told_file(upload)) for upload in sent],
    )
