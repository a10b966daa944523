"""What a tab of the chat page shows, and whose it is: made from the store, checked against the visitor's cookie."""

import html
from collections.abc import Iterator
from typing import NamedTuple

import gradio as gr

from chatbot.dialogue.session import Session
from chatbot.errors import NotFoundError, UserError
from chatbot.records import Message, Person
from chatbot.web.access import Access
from chatbot.web.chat_view import conversation_view, empty_view, fingerprint, history_view
from chatbot.web.open_tabs import Tab, Tabs
from chatbot.web.rates import RateLimits

SAME = gr.skip()


class Frame(NamedTuple):
    """What the page is to show: transcript, id of the conversation, list of conversations, message box."""

    talk: object = SAME
    conversation: object = SAME
    history: object = SAME
    box: object = SAME


Frames = Iterator[Frame]


class Screen:
    """What the handlers of the page share: the tabs, who looks at them, and what they see."""

    def __init__(self, session: Session, access: Access) -> None:
        self.session = session
        self.store = session.store
        self.access = access
        self.tabs = Tabs(session)
        self.limits = RateLimits(session.settings, access)

    def tab(self, request: gr.Request) -> Tab:
        """The tab that asks."""
        return self.tabs.tab(request.session_hash)

    def known(self, request: gr.Request) -> Person | None:
        """The visitor who asks, if they ever did anything."""
        visitor_id = self.access.visitor_id(request.cookies)
        return self.store.people.get(visitor_id) if visitor_id else None

    def own(self, request: gr.Request, event: gr.EventData) -> tuple[Person, Message]:
        """The visitor and the message of theirs that an event names; raises `NotFoundError` for any other."""
        person = self.access.visitor(request.cookies)
        message = self.store.conversations.message(text_of(event, "message"))
        self.store.conversations.get(message.conversation, person)
        return person, message

    def frame(self, person: Person | None, conversation_id: str | None, tab: Tab) -> Frame:
        """A conversation of the person's on view; a new chat for any other."""
        view = empty_view()
        tab.shown = ""
        if person and conversation_id:
            try:
                view = conversation_view(self.store, person, conversation_id)
                tab.shown = fingerprint(self.store, self.store.conversations.get(conversation_id, person))
            except NotFoundError:
                pass
        tab.conversation = view["conversation"]
        return Frame(view, tab.conversation, history_view(self.store, person, tab.conversation))

    def leave_for(self, conversation_id: str | None, request: gr.Request) -> Frame:
        """Look at another conversation, or at a new one."""
        tab = self.tab(request)
        tab.leave()
        return self.frame(self.known(request), conversation_id, tab)


def text_of(event: gr.EventData, key: str) -> str:
    """A text of an event's data; empty where there is none."""
    value = (event._data or {}).get(key)
    return value if isinstance(value, str) else ""


def ids_in(value: object) -> tuple[str, ...]:
    """The ids that a page sent as a list; none where it sent anything else."""
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()


def notice(what: UserError | str) -> None:
    """Say in a corner of the page why something was not done."""
    text = str(what)
    gr.Warning(html.escape(text[:1].upper() + text[1:]), title="")
