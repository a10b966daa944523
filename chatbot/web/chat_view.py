"""What the chat page shows, as plain data made from the store; the scripts in `templates/` draw it as text.

Reads only, and only what belongs to the person who asks.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypedDict

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.records import Conversation, FoundPassage, Message, Person, Trace, now
from chatbot.store import Store
from chatbot.store.uploads import Upload
from chatbot.web.articles import article_address
from chatbot.web.file_views import FileView, file_view

STARTING = "Getting ready. You can ask already; the first reply takes a moment."
FAILED = "The assistant cannot start just now. It is tried again by itself."
AWAY = "The assistant cannot be reached just now. It is tried again by itself."
A_COLLEAGUE = "A colleague"
"""What visitors call an agent who wrote to them and has left."""


class SourceView(TypedDict):
    """A passage that a reply rests on, and where it can be read; `href` is empty where it is no part of an article."""

    title: str
    text: str
    href: str


class ItemView(TypedDict):
    """A message with what can be seen and done about it; `siblings` are the ids of its versions.

    `act` is what a reply does, `asks` the rule by which it asks what is meant. `author` is the name of the agent who
    wrote it, and `held` tells of a question that a person replies to.
    """

    id: str
    role: str
    text: str
    at: str
    status: str
    rating: str | None
    sources: list[SourceView]
    handoff: bool
    uncertain: bool
    act: str
    asks: str
    author: str
    held: bool
    siblings: list[str]
    files: list[FileView]


class CaseView(TypedDict):
    """Who has the conversation: the bot, or by name a person, for whom one may wait at a place in the queue.

    `contact` is the address to which their answer goes, where one was left.
    """

    status: str
    name: str
    position: int
    contact: str


class ChatView(TypedDict):
    """A branch of a conversation; `busy` while a reply is being written.

    `helped` is what the visitor said of the talk.
    """

    conversation: str | None
    items: list[ItemView]
    busy: bool
    case: CaseView
    helped: bool | None


class TitleView(TypedDict):
    """A conversation in the list of them; `waits` while a person is waited for in it."""

    id: str
    title: str
    updated_at: str
    waits: bool


class FoundView(TypedDict):
    """The conversations that hold some words."""

    words: str
    items: list[TitleView]


class HistoryView(TypedDict):
    """A person's conversations, with the one on view."""

    current: str | None
    items: list[TitleView]


class StatusView(TypedDict):
    """The line at the top, and when it was looked at; `opens` is when people are here again, empty while they are."""

    notice: str
    opens: str
    at: str


class Receipt(TypedDict):
    """What is stored of a rating, for the page to show beside the reply."""

    message: str
    rating: str | None
    thanks: str
    at: str


WITH_BOT = CaseView(status="open", name="", position=0, contact="")


def empty_view() -> ChatView:
    """A new chat."""
    return {"conversation": None, "items": [], "busy": False, "case": WITH_BOT, "helped": None}


def conversation_view(store: Store, person: Person, conversation_id: str, busy: bool = False) -> ChatView:
    """The branch on view of a person's conversation; raises `NotFoundError` where it is not theirs."""
    conversation = store.conversations.get(conversation_id, person)
    ratings = store.feedback.ratings_by(person, conversation.id)
    items, case = _items(store, conversation.id, conversation.head, ratings), case_view(store, conversation.id)
    return {
        "conversation": conversation.id,
        "items": _with_person(items) if case["status"] == "held" else items,
        "busy": busy,
        "case": case,
        "helped": store.feedback.helped(person, conversation.id),
    }


def _with_person(items: list[ItemView]) -> list[ItemView]:
    """What is shown while a person holds the conversation: nobody waits for a reply of the bot any more."""
    said = [item for item in items if item["role"] != "assistant" or item["text"]]
    return [*said[:-1], {**said[-1], "held": True}] if said and said[-1]["role"] == "user" else said


def pending_view(store: Store, person: Person, conversation_id: str) -> ChatView:
    """The branch on view while the reply at its end is under way; raises `NotFoundError` where it is not theirs."""
    view = conversation_view(store, person, conversation_id, busy=True)
    owed = view["case"]["status"] != "held" and view["items"][-1:] and view["items"][-1]["role"] == "user"
    return {**view, "items": [*view["items"], _blank("assistant", "", "streaming")]} if owed else view


def case_view(store: Store, conversation_id: str) -> CaseView:
    """Who has a conversation."""
    case = store.cases.get(conversation_id)
    position = store.cases.queue_position(conversation_id) if case.status == "waiting" else 0
    return {"status": case.status, "name": case.holder_name, "position": position, "contact": case.contact}


def opening_view(
    store: Store,
    person: Person,
    conversation_id: str | None,
    parent: str | None,
    question: str,
    uploads: Sequence[Upload] = (),
) -> ChatView:
    """What is shown until a reply begins: the branch down to `parent`, the question, and a reply under way.

    While a person holds the conversation, none is.
    """
    ratings = store.feedback.ratings_by(person, conversation_id) if conversation_id else {}
    items = _items(store, conversation_id, parent, ratings) if conversation_id else []
    asked, reply = _blank("user", question, "complete"), _blank("assistant", "", "streaming")
    asked["files"] = [file_view(upload) for upload in uploads]
    case = case_view(store, conversation_id) if conversation_id else WITH_BOT
    if case["status"] == "held":
        items += [{**asked, "held": True}]
    else:
        items += [asked, reply]
    return {**empty_view(), "conversation": conversation_id, "items": items, "busy": True, "case": case}


def with_update(view: ChatView, update: Update) -> ChatView:
    """The view with the newest text of the reply at its end, if it is there: where a person replies, it is not."""
    if update.trace.act == "held" or view["items"][-1]["role"] != "assistant":
        return view
    return {**view, "items": [*view["items"][:-1], {**view["items"][-1], "text": update.text}]}


def fingerprint(store: Store, conversation: Conversation) -> str:
    """Changes whenever the branch on view does, or who has the conversation."""
    if conversation.head is None:
        return conversation.id
    head = store.conversations.message(conversation.head)
    return f"{conversation.id} {head.id} {head.status} {len(head.content)} {case_view(store, conversation.id)}"


def history_view(store: Store, person: Person | None, current: str | None) -> HistoryView:
    """The person's conversations, the latest first."""
    return {"current": current, "items": listed(store, store.conversations.of(person) if person else [])}


def listed(store: Store, conversations: Sequence[Conversation]) -> list[TitleView]:
    """Conversations as a list shows them."""
    waiting = set(store.cases.queue()) if conversations else set()
    return [
        TitleView(id=one.id, title=one.title, updated_at=one.updated_at, waits=one.id in waiting)
        for one in conversations
    ]


def status_view(session: Session) -> StatusView:
    """What keeps the assistant from answering now; empty where nothing does."""
    notice = "" if session.live.available else AWAY
    if not session.ready:
        notice = FAILED if session.live.failure else STARTING
    hours, moment = session.pack.persona.handoff.hours, datetime.now(UTC)
    opens = hours.opens_at(moment) if hours and not hours.open_at(moment) else None
    return {"notice": notice, "opens": opens.isoformat() if opens else "", "at": now()}


def _blank(role: str, text: str, status: str) -> ItemView:
    return {
        "id": "",
        "role": role,
        "text": text,
        "at": "",
        "status": status,
        "rating": None,
        "sources": [],
        "handoff": False,
        "uncertain": False,
        "act": "",
        "asks": "",
        "author": "",
        "held": False,
        "siblings": [],
        "files": [],
    }


def _items(store: Store, conversation_id: str, leaf: str | None, ratings: dict[str, str]) -> list[ItemView]:
    sent = store.uploads.sent_in(conversation_id)
    return [
        {**_item(store, message, ratings), "files": [file_view(upload) for upload in sent.get(message.id, [])]}
        for message in store.conversations.path(leaf)
    ]


def _item(store: Store, message: Message, ratings: dict[str, str]) -> ItemView:
    trace = message.trace or Trace()
    return {
        **_blank(message.role, message.content, message.status),
        "id": message.id,
        "at": message.created_at,
        "rating": ratings.get(message.id),
        "sources": [
            {"title": _source_title(one), "text": str(one.get("text", "")), "href": article_address(one)}
            for one in trace.passages
            if one.get("used", True)
        ],
        "handoff": bool(trace.handoff),
        "uncertain": trace.uncertain,
        "act": trace.act if message.trace else "",
        "asks": trace.rule or "" if trace.act == "ask" else "",
        "author": store.people.name_of(message.author, A_COLLEAGUE) if message.role == "agent" else "",
        "held": message.held,
        "siblings": [sibling.id for sibling in store.conversations.siblings(message)],
    }


def _source_title(passage: FoundPassage) -> str:
    """Never the question of an approved answer: another visitor asked it."""
    return str(passage.get("title") or passage.get("source") or "")
