"""What happens when a visitor does something on the chat page.

Everything lasting is in the store; the browser holds the id of the conversation on view and what is not sent yet.
Every id that comes from the browser is checked against the visitor's cookie. `chat` lays the page out and calls this.
"""

import logging
from collections.abc import Callable

import gradio as gr

from chatbot.dialogue.handoff import ASKED
from chatbot.dialogue.running import RunningReply
from chatbot.errors import NotFoundError, UserError
from chatbot.records import Person, now
from chatbot.web.chat_screen import SAME, Frame, Frames, Screen, ids_in, notice, text_of
from chatbot.web.chat_view import (
    ChatView,
    conversation_view,
    empty_view,
    fingerprint,
    history_view,
    opening_view,
    pending_view,
    status_view,
    with_update,
)
from chatbot.web.chat_words import consent_words
from chatbot.web.open_tabs import FollowedReply, Start, Tab
from chatbot.web.widget_frames import QUERY

logger = logging.getLogger(__name__)

Outputs = tuple[object, ...]


class ChatEvents:
    """The page's answers."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._session = screen.session
        self._store = screen.store
        self._access = screen.access
        self._tabs = screen.tabs

    def load(self, conversation_id: str | None, request: gr.Request) -> Outputs:
        """What a fresh or reloaded page shows: all but the box of a frame, the consent and the status."""
        person = self._screen.known(request)
        frame = self._screen.frame(person, conversation_id or self._latest(request), self._screen.tab(request))
        given = bool(person and person.consent)
        consent = gr.update(value=given, **consent_words(self._session.pack.persona, given))
        return *frame[:-1], consent, status_view(self._session)

    def _latest(self, request: gr.Request) -> str | None:
        """In a frame on another site, where browsers may keep nothing: the chat that its visitor goes on with."""
        person = self._screen.known(request) if QUERY in getattr(request, "query_params", {}) else None
        latest = self._store.conversations.of(person, 1) if person else []
        return latest[0].id if latest else None

    def ask(self, text: str, conversation_id: str | None, request: gr.Request, attached: object = None) -> Frames:
        """Answer what stands in the message box, with the files that are attached."""
        yield from self._asked(text, conversation_id, request, box="", attached=ids_in(attached))

    def suggest(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Ask what was offered to be asked; what the visitor has typed stays."""
        yield from self._asked(text_of(event, "text"), conversation_id, request)

    def person(self, conversation_id: str | None, request: gr.Request) -> Frames:
        """Ask for a person; while a reply is under way, which may take its time, one is called beside it."""
        if conversation_id and self._screen.tab(request).busy:
            yield self._acted(conversation_id, request, self._call)
        else:
            yield from self._asked(self._session.pack.persona.texts.person, conversation_id, request)

    def _call(self, conversation_id: str, person: Person) -> object:
        return self._store.cases.hand_off(conversation_id, person.actor, ASKED)

    def enough(self, conversation_id: str | None, request: gr.Request) -> Frame:
        """Wait for a person no more: the bot alone answers."""
        return self._acted(conversation_id, request, self._store.cases.release)

    def _acted(self, conversation_id: str | None, request: gr.Request, act: Callable[[str, Person], object]) -> Frame:
        """The view after an act of the visitor's that asks nothing of the bot, beside a reply that may be under way."""
        person, tab = self._access.visitor(request.cookies), self._screen.tab(request)
        try:
            self._screen.limits.message(request)
            conversation = self._store.conversations.get(conversation_id or "", person)
            act(conversation.id, person)
        except UserError as error:
            notice(error)
            return Frame()
        if tab.busy:
            tab.renew()
            return Frame(pending_view(self._store, person, conversation.id))
        return self._screen.frame(person, conversation.id, tab)

    def _asked(
        self,
        text: str,
        conversation_id: str | None,
        request: gr.Request,
        box: object = SAME,
        attached: tuple[str, ...] = (),
    ) -> Frames:
        def start() -> tuple[RunningReply, ChatView]:
            person = self._access.visitor(request.cookies)
            uploads = [self._store.uploads.get(one, person) for one in attached]
            known = self._store.conversations.get(conversation_id, person) if conversation_id else None
            head = self._session.answered_head(known) if known else None
            asked = self._session.worded(text, attached)
            view = opening_view(self._store, person, conversation_id, head, asked, uploads)
            return self._session.say(person, text, conversation_id, uploads=attached), view

        wish = ("ask", conversation_id, text.strip(), *attached)
        yield from self._turn(start, wish, conversation_id, request, box)

    def again(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Answer the same question once more."""

        def start() -> tuple[RunningReply, ChatView]:
            person, reply = self._screen.own(request, event)
            question = self._store.conversations.message(reply.parent or "")
            uploads = self._store.uploads.sent_with(question.id)
            view = opening_view(self._store, person, reply.conversation, question.parent, question.content, uploads)
            view["items"][-2]["id"] = question.id
            return self._session.regenerate(person, reply.id), view

        yield from self._turn(start, ("again", text_of(event, "message")), conversation_id, request)

    def revise(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frames:
        """Answer an edited message."""

        def start() -> tuple[RunningReply, ChatView]:
            person, message = self._screen.own(request, event)
            text = text_of(event, "text")
            uploads = self._store.uploads.sent_with(message.id)
            view = opening_view(self._store, person, message.conversation, message.parent, text, uploads)
            return self._session.edit(person, message.id, text), view

        wish = ("revise", text_of(event, "message"), text_of(event, "text").strip())
        yield from self._turn(start, wish, conversation_id, request)

    def _turn(
        self,
        start: Start,
        wish: tuple[str | None, ...],
        conversation_id: str | None,
        request: gr.Request,
        box: object = SAME,
    ) -> Frames:
        tab = self._screen.tab(request)
        asker = self._access.visitor_id(request.cookies) or request.session_hash
        try:
            self._screen.limits.message(request)
            begun = self._tabs.begin(tab, (asker, *wish), start)
        except NotFoundError as error:
            notice(error)
            yield Frame(empty_view(), None)
            return
        except UserError as error:
            notice(error)
            yield Frame(gr.update(refused=now()))
            return
        if begun is None:
            yield Frame()
            return
        turn, opening = begun
        person = self._access.visitor(request.cookies)
        tab.conversation = turn.conversation
        history = SAME if conversation_id else history_view(self._store, person, turn.conversation)
        yield Frame({**opening, "conversation": turn.conversation}, turn.conversation, history, box)
        yield from self._follow(turn, tab, person)

    def _follow(self, turn: FollowedReply, tab: Tab, person: Person) -> Frames:
        conversation_id = turn.conversation
        view: ChatView | None = None
        try:
            for update in turn.follow():
                if turn.left:
                    yield Frame()
                    return
                if view is None or turn.renewed:
                    turn.renewed = False
                    view = conversation_view(self._store, person, conversation_id, busy=True)
                    history = history_view(self._store, person, conversation_id)
                    yield Frame(with_update(view, update), conversation_id, history)
                else:
                    yield Frame(with_update(view, update))
        except UserError as error:
            if not turn.left:
                notice(error)
        except Exception:
            logger.exception("a reply failed")
            notice("Something went wrong on our side. Please try again.")
        if turn.left:
            yield Frame()
        else:
            frame = self._screen.frame(person, conversation_id, tab)
            tab.shown = ""  # an older frame, sent by a look, may arrive after this one: the next look sends it again
            yield frame

    def stop(self, request: gr.Request) -> None:
        """Stop the reply on view."""
        self._tabs.stop(request.session_hash)

    def close(self, request: gr.Request) -> None:
        """The tab is gone: stop what was being written for it."""
        self._tabs.close(request.session_hash)

    def fresh(self, request: gr.Request) -> Frame:
        """A new chat; what the visitor has typed stays."""
        return self._screen.leave_for(None, request)

    def branch(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frame:
        """Put another version of a message on view, with what followed it."""
        tab = self._screen.tab(request)
        try:
            self._tabs.check_free(tab)
            _, message = self._screen.own(request, event)
            self._store.conversations.set_head(message.conversation, self._store.conversations.leaf(message))
        except UserError as error:
            notice(error)
        return self._screen.frame(self._screen.known(request), conversation_id, tab)

    def look(self, conversation_id: str | None, request: gr.Request) -> Outputs:
        """What changed without this tab: what others wrote, who has the conversation, whether the bot can answer."""
        tab = self._screen.tab(request)
        if tab.busy and conversation_id and self._store.cases.held(conversation_id):
            tab.leave()  # a person replies now, whatever becomes of what the bot was to say
        still = tab.busy or not tab.shows(conversation_id)
        frame = Frame() if still else self._news(conversation_id, tab, request)
        return status_view(self._session), *frame[:-1]

    def _news(self, conversation_id: str | None, tab: Tab, request: gr.Request) -> Frame:
        person = self._screen.known(request)
        if person is None or conversation_id is None:
            return Frame()
        try:
            conversation = self._store.conversations.get(conversation_id, person)
        except NotFoundError:
            return self._screen.frame(person, None, tab)
        if fingerprint(self._store, conversation) == tab.shown:
            return Frame()
        return self._screen.frame(person, conversation_id, tab)
