"""All that a visitor has said here and was told, to take with them: as JSON, and as text to be read."""

import json
from datetime import UTC, datetime, tzinfo
from typing import TypedDict
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from chatbot.dialogue.session import Session
from chatbot.records import Conversation, Message, Person, Trace, now
from chatbot.store import Store
from chatbot.store.uploads import Upload
from chatbot.web.access import Access
from chatbot.web.chat_view import A_COLLEAGUE
from chatbot.web.file_views import FileView, file_view
from chatbot.web.routes import get_route

AUTHORS = {"user": "You", "assistant": "Assistant"}


class OwnMessage(TypedDict):
    """A message with what came with it and what its reader thought of it; `files` stand below `/uploads/`."""

    id: str
    parent: str | None
    author: str
    text: str
    at: str
    status: str
    sources: list[str]
    opinions: list[dict[str, str | list[str] | None]]
    files: list[FileView]


class OwnChat(TypedDict):
    """A conversation with all its messages; where one was edited or written anew, both have the same parent."""

    id: str
    title: str
    created_at: str
    updated_at: str
    messages: list[OwnMessage]


class OwnChats(TypedDict):
    """Everything of one visitor."""

    exported_at: str
    consent: bool
    remembers: bool
    remembered: dict[str, str]
    conversations: list[OwnChat]


def own_chats_routes(session: Session, access: Access) -> APIRouter:
    """`/chats.json` and `/chats.txt`, for whoever holds the visitor's cookie."""
    router = APIRouter(include_in_schema=False)
    store = session.store

    def known(request: Request) -> Person | None:
        visitor_id = access.visitor_id(request.cookies)
        return store.people.get(visitor_id) if visitor_id else None

    @get_route(router, "/chats.json", include_in_schema=False)
    def as_json(request: Request) -> Response:
        text = json.dumps(own_chats(store, known(request)), ensure_ascii=False, indent=2)
        return _download(text, "chats.json", "application/json")

    @get_route(router, "/chats.txt", include_in_schema=False)
    def as_text(request: Request, zone: str = "") -> Response:
        text = readable(store, known(request), session.pack.persona.title, zone_of(zone))
        return _download(text, "chats.txt", "text/plain")

    return router


def own_chats(store: Store, person: Person | None) -> OwnChats:
    """All of a visitor's conversations, in every branch."""
    return {
        "exported_at": now(),
        "consent": bool(person and person.consent),
        "remembers": bool(person and store.memories.consented(person)),
        "remembered": _remembered(store, person),
        "conversations": [_chat(store, person, one) for one in _all(store, person)] if person else [],
    }


def zone_of(name: str) -> tzinfo:
    """The time zone that a browser names; UTC where it names none that is known."""
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        return UTC


def readable(store: Store, person: Person | None, title: str, zone: tzinfo = UTC) -> str:
    """A visitor's conversations as they are on view, to be read by people, with times of a zone."""
    parts = [
        f"Your chats, saved on {_moment(now(), zone)}\n"
        f"They are with {title}, their times those of the zone {zone}. "
        "Versions that are not on view are in chats.json."
    ]
    if remembered := _remembered(store, person):
        told = "\n".join(f"{field}: {value}" for field, value in remembered.items())
        parts.append(f"What is remembered of you\n=========================\n{told}")
    for conversation in _all(store, person):
        parts.append(f"{conversation.title}\n{'=' * len(conversation.title)}")
        sent = store.uploads.sent_in(conversation.id)
        for message in store.conversations.path(conversation.head):
            sources = "".join(f"\n  Source: {source}" for source in _sources(message))
            files = "".join(f"\n  File: {upload.name}" for upload in sent.get(message.id, []))
            parts.append(
                f"{_author(store, message)}, {_moment(message.created_at, zone)}\n{message.content}{sources}{files}"
            )
    return "\n\n".join(parts if len(parts) > 1 else [*parts, "There are none."]) + "\n"


def _remembered(store: Store, person: Person | None) -> dict[str, str]:
    return {one.field: one.value for one in store.memories.of(person)} if person else {}


def _all(store: Store, person: Person | None) -> list[Conversation]:
    return store.conversations.of(person, None) if person else []


def _chat(store: Store, person: Person, conversation: Conversation) -> OwnChat:
    sent = store.uploads.sent_in(conversation.id)
    return {
        "id": conversation.id,
        "title": conversation.title,
        "created_at": conversation.created_at,
        "updated_at": conversation.updated_at,
        "messages": [
            _message(store, person, one, sent.get(one.id, [])) for one in store.conversations.messages(conversation.id)
        ],
    }


def _message(store: Store, person: Person, message: Message, sent: list[Upload]) -> OwnMessage:
    own = [one for one in store.feedback.on(message.id) if one.person == person.id] if message.trace else []
    return {
        "id": message.id,
        "parent": message.parent,
        "author": _author(store, message),
        "text": message.content,
        "at": message.created_at,
        "status": message.status,
        "sources": _sources(message),
        "opinions": [{"value": one.value, "reasons": one.reasons, "comment": one.comment} for one in own],
        "files": [file_view(upload) for upload in sent],
    }


def _author(store: Store, message: Message) -> str:
    """You, the assistant, or the name of the agent who wrote it."""
    return store.people.name_of(message.author, A_COLLEAGUE) if message.role == "agent" else AUTHORS[message.role]


def _sources(message: Message) -> list[str]:
    used = [one for one in (message.trace or Trace()).passages if one.get("used", True)]
    return list(dict.fromkeys(one["title"] for one in used))


def _moment(at: str, zone: tzinfo) -> str:
    time = datetime.fromisoformat(at).astimezone(zone)
    return f"{time.day} {time:%B %Y, %H:%M}"


def _download(text: str, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
