"""What the chat page shows, as plain data made from the store; the scripts in `templates/` draw it as text.

Reads only, and only what belongs to the person who asks.
"""

from typing import TypedDict

from chatbot.dialogue.running import Update
from chatbot.dialogue.session import Session
from chatbot.lineage import RunProgress
from chatbot.records import Conversation, FoundPassage, Message, Person, Trace
from chatbot.store import Store

STARTING = "Getting ready. You can ask already; the first reply takes a moment."
FAILED = "The assistant cannot start, and it is tried again by itself: {}"
AWAY = "The assistant cannot be reached just now. It is tried again by itself."


class SourceView(TypedDict):
    """A passage that a reply rests on."""

    title: str
    text: str


class ItemView(TypedDict):
    """A message with what can be seen and done about it; `siblings` are the ids of its versions."""

    id: str
    role: str
    text: str
    status: str
    rating: str | None
    sources: list[SourceView]
    handoff: bool
    uncertain: bool
    siblings: list[str]


class ChatView(TypedDict):
    """A branch of a conversation; `busy` while a reply is being written."""

    conversation: str | None
    items: list[ItemView]
    busy: bool


class TitleView(TypedDict):
    """A conversation in the list of them."""

    id: str
    title: str
    updated_at: str


class HistoryView(TypedDict):
    """A person's conversations, with the one on view."""

    current: str | None
    items: list[TitleView]


class LearningView(TypedDict):
    """How far a fine-tune is."""

    text: str
    fraction: float


class StatusView(TypedDict):
    """The line at the top."""

    version: str
    notice: str
    learning: LearningView | None


class Receipt(TypedDict):
    """What is stored of a rating, for the page to show beside the reply."""

    message: str
    rating: str | None
    thanks: str
    at: str


def empty_view() -> ChatView:
    """A new chat."""
    return {"conversation": None, "items": [], "busy": False}


def conversation_view(store: Store, person: Person, conversation_id: str, busy: bool = False) -> ChatView:
    """The branch on view of a person's conversation; raises `NotFoundError` where it is not theirs."""
    conversation = store.conversations.get(conversation_id, person)
    ratings = store.feedback.ratings_by(person, conversation.id)
    items = [_item(store, message, ratings) for message in store.conversations.path(conversation.head)]
    return {"conversation": conversation.id, "items": items, "busy": busy}


def opening_view(
    store: Store, person: Person, conversation_id: str | None, parent: str | None, question: str
) -> ChatView:
    """What is shown until a reply begins: the branch down to `parent`, the question, and a reply under way."""
    ratings = store.feedback.ratings_by(person, conversation_id) if conversation_id else {}
    items = [_item(store, message, ratings) for message in store.conversations.path(parent)]
    items += [_blank("user", question, "complete"), _blank("assistant", "", "streaming")]
    return {"conversation": conversation_id, "items": items, "busy": True}


def with_update(view: ChatView, update: Update) -> ChatView:
    """The view with the newest text of the reply at its end; where a person replies, nothing is to be shown yet."""
    if update.trace.act == "held":
        return view
    return {**view, "items": [*view["items"][:-1], {**view["items"][-1], "text": update.text}]}


def fingerprint(store: Store, conversation: Conversation) -> str:
    """Changes whenever the branch on view does."""
    if conversation.head is None:
        return conversation.id
    head = store.conversations.message(conversation.head)
    return f"{conversation.id} {head.id} {head.status} {len(head.content)}"


def history_view(store: Store, person: Person | None, current: str | None) -> HistoryView:
    """The person's conversations, the latest first."""
    conversations = store.conversations.of(person) if person else []
    items = [TitleView(id=one.id, title=one.title, updated_at=one.updated_at) for one in conversations]
    return {"current": current, "items": items}


def status_view(session: Session) -> StatusView:
    """The version that answers, what keeps it from answering now, and how far the one being learned is."""
    run = next(iter(session.store.versions.runs(1)), None)
    learning = _learning(run.progress) if run and run.status == "running" else None
    notice = "" if session.live.available else AWAY
    if not session.ready:
        notice = FAILED.format(session.live.failure) if session.live.failure else STARTING
    return {"version": session.live.version, "notice": notice, "learning": learning}


def _learning(progress: RunProgress) -> LearningView:
    step, steps = progress.get("step"), progress.get("steps")
    parts = [f"step {step} of {steps}" if step is not None and steps else str(progress.get("phase") or "starting")]
    left = progress.get("seconds_left")
    if left is not None:
        parts.append(_time_left(left))
    fraction = min(1.0, max(0.0, float(progress.get("fraction") or 0)))
    return {"text": "Learning: " + " · ".join(parts), "fraction": round(fraction, 4)}


def _time_left(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute left"
    return f"about {minutes} min left" if minutes < 90 else f"about {round(minutes / 60)} h left"


def _blank(role: str, text: str, status: str) -> ItemView:
    return {
        "id": "",
        "role": role,
        "text": text,
        "status": status,
        "rating": None,
        "sources": [],
        "handoff": False,
        "uncertain": False,
        "siblings": [],
    }


def _item(store: Store, message: Message, ratings: dict[str, str]) -> ItemView:
    trace = message.trace or Trace()
    return {
        **_blank(message.role, message.content, message.status),
        "id": message.id,
        "rating": ratings.get(message.id),
        "sources": [
            {"title": _source_title(one), "text": str(one.get("text", ""))}
            for one in trace.passages
            if one.get("used", True)
        ],
        "handoff": bool(trace.handoff),
        "uncertain": trace.uncertain,
        "siblings": [sibling.id for sibling in store.conversations.siblings(message)],
    }


def _source_title(passage: FoundPassage) -> str:
    """Never the question of an approved answer: another visitor asked it."""
    return str(passage.get("title") or passage.get("source") or "")
