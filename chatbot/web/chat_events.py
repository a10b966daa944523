"""What happens when a visitor does something on the chat page.

Everything lasting is in the store; the browser holds the id of the conversation on view and what is not sent yet.
Every id that comes from the browser is checked against the visitor's cookie. `chat` lays the page out and calls this.
"""

import html
import logging
from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from chatbot.dialogue.running import RunningReply
from chatbot.dialogue.session import Session
from chatbot.erasure.erasing import erase
from chatbot.erasure.findings import told_to_visitor
from chatbot.errors import NotFoundError, UserError
from chatbot.records import Message, Person, now
from chatbot.web.access import Access
from chatbot.web.chat_view import (
    ChatView,
    Receipt,
    conversation_view,
    empty_view,
    fingerprint,
    history_view,
    opening_view,
    status_view,
    with_update,
)
from chatbot.web.open_tabs import FollowedReply, Start, Tab, Tabs
from chatbot.web.rates import RateLimits

logger = logging.getLogger(__name__)

LONGEST_COMMENT = 2000
SAME = gr.skip()
Outputs = tuple[object, ...]


class Frame(NamedTuple):
    """What the page is to show: transcript, id of the conversation, list of conversations, message box."""

    talk: object = SAME
    conversation: object = SAME
    history: object = SAME
    box: object = SAME


Frames = Iterator[Frame]


class ChatEvents:
    """The page's answers."""

    def __init__(self, session: Session, access: Access) -> None:
        self._session = session
        self._store = session.store
        self._access = access
        self._tabs = Tabs(session)
        self._limits = RateLimits(session.settings, access)

    def load(self, conversation_id: str | None, request: gr.Request) -> Outputs:
        """What a fresh or reloaded page shows: all but the box of a frame, the consent and the status."""
        person = self._known(request)
        frame = self._frame(person, conversation_id, self._tabs.tab(request.session_hash))
        return *frame[:-1], bool(person and person.consent), status_view(self._session)

    def ask(self, text: str, conversation_id: str | None, request: gr.Request) -> Frames:
        """Answer what stands in the message box."""

        def start() -> tuple[RunningReply, ChatView]:
            person = self._access.visitor(request.cookies)
            conversations = self._store.conversations
            head = conversations.get(conversation_id, person).head if conversation_id else None
            if head and conversations.message(head).role == "user":
                head = conversations.message(head).parent
            view = opening_view(self._store, person, conversation_id, head, text)
            return self._session.say(person, text, conversation_id), view

        yield from self._turn(start, ("ask", conversation_id, text.strip()), conversation_id, request, box="")

    def suggest(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Ask a suggested question."""
        yield from self.ask(_text(event, "text"), conversation_id, request)

    def again(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Answer the same question once more."""

        def start() -> tuple[RunningReply, ChatView]:
            person, reply = self._own(request, event)
            question = self._store.conversations.message(reply.parent or "")
            view = opening_view(self._store, person, reply.conversation, question.parent, question.content)
            view["items"][-2]["id"] = question.id
            return self._session.regenerate(person, reply.id), view

        yield from self._turn(start, ("again", _text(event, "message")), conversation_id, request)

    def revise(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Answer an edited message."""

        def start() -> tuple[RunningReply, ChatView]:
            person, message = self._own(request, event)
            text = _text(event, "text")
            view = opening_view(self._store, person, message.conversation, message.parent, text)
            return self._session.edit(person, message.id, text), view

        wish = ("revise", _text(event, "message"), _text(event, "text").strip())
        yield from self._turn(start, wish, conversation_id, request)

    def _turn(
        self,
        start: Start,
        wish: tuple[str | None, ...],
        conversation_id: str | None,
        request: gr.Request,
        box: object = SAME,
    ) -> Frames:
        tab = self._tabs.tab(request.session_hash)
        asker = self._access.visitor_id(request.cookies) or request.session_hash
        try:
            self._limits.message(request)
            begun = self._tabs.begin(tab, (asker, *wish), start)
        except NotFoundError as error:
            _notice(error)
            yield Frame(empty_view(), None)
            return
        except UserError as error:
            _notice(error)
            yield Frame(gr.update(refused=now()))
            return
        if begun is None:
            yield Frame()
            return
        turn, opening = begun
        yield Frame(opening, conversation_id, box=box)
        yield from self._follow(turn, tab, conversation_id, request)

    def _follow(self, turn: FollowedReply, tab: Tab, conversation_id: str | None, request: gr.Request) -> Frames:
        person = self._access.visitor(request.cookies)
        view: ChatView | None = None
        try:
            for update in turn.follow():
                if turn.left:
                    yield Frame()
                    return
                if view is None:
                    conversation_id = update.conversation
                    view = conversation_view(self._store, person, conversation_id, busy=True)
                    history = history_view(self._store, person, conversation_id)
                    yield Frame(with_update(view, update), conversation_id, history)
                else:
                    yield Frame(with_update(view, update))
        except UserError as error:
            if not turn.left:
                _notice(error)
        except Exception:
            logger.exception("a reply failed")
            _notice("Something went wrong on our side. Please try again.")
        if turn.left:
            yield Frame()
        else:
            conversation_id = conversation_id or self._store.conversations.of(person, 1)[0].id
            frame = self._frame(person, conversation_id, tab)
            tab.shown = ""  # an older frame, sent by a tick, may arrive after this one: the next tick sends it again
            yield frame

    def stop(self, request: gr.Request) -> None:
        """Stop the reply on view."""
        self._tabs.stop(request.session_hash)

    def close(self, request: gr.Request) -> None:
        """The tab is gone: stop what was being written for it."""
        self._tabs.close(request.session_hash)

    def fresh(self, request: gr.Request) -> Frame:
        """A new chat; what the visitor has typed stays."""
        return self._open(None, request)

    def open(self, event: gr.EventData, request: gr.Request) -> Frame:
        """A conversation of the past."""
        return self._open(_text(event, "conversation"), request)

    def _open(self, conversation_id: str | None, request: gr.Request) -> Frame:
        tab = self._tabs.tab(request.session_hash)
        tab.leave()
        return self._frame(self._known(request), conversation_id, tab)

    def remove(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frame:
        """Delete a conversation of the past."""
        person, chosen = self._known(request), _text(event, "conversation")
        tab = self._tabs.tab(request.session_hash)
        try:
            if person is None:
                raise NotFoundError("this chat does not exist any more")
            conversation = self._store.conversations.get(chosen, person)
            if chosen == conversation_id:
                self._tabs.stop(request.session_hash)
                tab.leave()
            found = erase(self._session.settings.home, self._store, [conversation.id], person.actor)
            gr.Info(told_to_visitor(found), title="")
        except UserError as error:
            _notice(error)
        return self._frame(person, None if chosen == conversation_id else conversation_id, tab)

    def branch(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frame:
        """Put another version of a message on view, with what followed it."""
        tab = self._tabs.tab(request.session_hash)
        try:
            self._tabs.check_free(tab)
            _, message = self._own(request, event)
            self._store.conversations.set_head(message.conversation, self._store.conversations.leaf(message))
        except UserError as error:
            _notice(error)
        return self._frame(self._known(request), conversation_id, tab)

    def rate(self, event: gr.EventData, request: gr.Request) -> dict[str, object]:
        """Store a like or dislike, or take it back; the receipt says what is stored now."""
        message_id, value = _text(event, "message"), _text(event, "value")
        receipt = Receipt(message=message_id, rating=value or None, thanks="Saved, thank you", at=now())
        try:
            self._limits.feedback(request)
            person, message = self._own(request, event)
            if value:
                reasons = [str(reason) for reason in event._data.get("reasons") or []]
                comment = _text(event, "comment")[:LONGEST_COMMENT]
                self._store.feedback.rate(message.id, person, value, reasons, comment or None)
            else:
                self._store.feedback.withdraw_rating(message.id, person)
                receipt["thanks"] = "Taken back"
        except UserError as error:
            _notice(error)
            receipt |= {"rating": None, "thanks": ""}
        shown: dict[str, object] = gr.update(receipt=receipt)
        return shown

    def consent(self, given: bool, request: gr.Request) -> object:
        """Store whether this visitor's chats may be learned from; returns what the box is to show."""
        try:
            self._limits.feedback(request)
        except UserError as error:
            _notice(error)
            return not given
        self._store.people.set_consent(self._access.visitor(request.cookies), given)
        gr.Info("Saved, thank you.", title="")
        return SAME

    def tick(self, conversation_id: str | None, request: gr.Request) -> Outputs:
        """What has changed by itself: the version, the learning, and what others wrote into the conversation."""
        tab = self._tabs.tab(request.session_hash)
        status = status_view(self._session)
        known, tab.status = tab.status, str(status)
        still = tab.busy or not tab.shows(conversation_id)
        frame = Frame() if still else self._news(conversation_id, tab, request)
        return (SAME if known == tab.status else status), *frame[:-1]

    def _news(self, conversation_id: str | None, tab: Tab, request: gr.Request) -> Frame:
        person = self._known(request)
        if person is None or conversation_id is None:
            return Frame()
        try:
            conversation = self._store.conversations.get(conversation_id, person)
        except NotFoundError:
            return self._frame(person, None, tab)
        if fingerprint(self._store, conversation) == tab.shown:
            return Frame()
        return self._frame(person, conversation_id, tab)

    def _frame(self, person: Person | None, conversation_id: str | None, tab: Tab) -> Frame:
        view = empty_view()
        tab.shown = ""
        if person and conversation_id:
            try:
                view = conversation_view(self._store, person, conversation_id)
                tab.shown = fingerprint(self._store, self._store.conversations.get(conversation_id, person))
            except NotFoundError:
                pass
        tab.conversation = view["conversation"]
        return Frame(view, tab.conversation, history_view(self._store, person, tab.conversation))

    def _known(self, request: gr.Request) -> Person | None:
        visitor_id = self._access.visitor_id(request.cookies)
        return self._store.people.get(visitor_id) if visitor_id else None

    def _own(self, request: gr.Request, event: gr.EventData) -> tuple[Person, Message]:
        person = self._access.visitor(request.cookies)
        message = self._store.conversations.message(_text(event, "message"))
        self._store.conversations.get(message.conversation, person)
        return person, message


def _text(event: gr.EventData, key: str) -> str:
    value = (event._data or {}).get(key)
    return value if isinstance(value, str) else ""


def _notice(what: UserError | str) -> None:
    text = str(what)
    gr.Warning(html.escape(text[:1].upper() + text[1:]), title="")
