"""What a visitor does with their chats of the past: open, search, rename, delete one or all of them."""

import html
from collections.abc import Callable

import gradio as gr

from chatbot.erasure.erasing import erase
from chatbot.erasure.findings import told_to_visitor
from chatbot.errors import NotFoundError, UserError
from chatbot.records import Person
from chatbot.web.chat_screen import Frame, Screen, notice, text_of
from chatbot.web.chat_view import FoundView, listed

Choose = Callable[[Person], list[str]]
GONE = "this chat does not exist any more"
LONGEST_SEARCH = 200


class HistoryEvents:
    """The list's answers."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._store = screen.store

    def open(self, event: gr.EventData, request: gr.Request) -> Frame:
        """A conversation of the past."""
        return self._screen.leave_for(text_of(event, "conversation"), request)

    def search(self, event: gr.EventData, request: gr.Request) -> dict[str, object]:
        """The visitor's conversations that hold some words."""
        words, person = text_of(event, "words")[:LONGEST_SEARCH], self._screen.known(request)
        found = self._store.conversations.search(person, words) if person and words.strip() else []
        shown: dict[str, object] = gr.update(found=FoundView(words=words, items=listed(self._store, found)))
        return shown

    def rename(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frame:
        """Give a conversation another title."""
        try:
            person, chosen = self._own(request, text_of(event, "conversation"))
            self._screen.limits.feedback(request)
            self._store.conversations.rename(chosen, text_of(event, "title"), person)
        except UserError as error:
            notice(error)
        return self._screen.frame(self._screen.known(request), conversation_id, self._screen.tab(request))

    def remove(self, conversation_id: str | None, event: gr.EventData, request: gr.Request) -> Frame:
        """Delete a conversation."""
        chosen = text_of(event, "conversation")
        return self._remove(lambda person: [self._own(request, chosen)[1]], conversation_id, request)

    def remove_all(self, conversation_id: str | None, request: gr.Request) -> Frame:
        """Delete all of the visitor's conversations."""
        return self._remove(
            lambda person: [one.id for one in self._store.conversations.of(person, None)], conversation_id, request
        )

    def _remove(self, choose: Choose, conversation_id: str | None, request: gr.Request) -> Frame:
        screen, tab, person = self._screen, self._screen.tab(request), self._screen.known(request)
        chosen: list[str] = []
        try:
            if person is None:
                raise NotFoundError(GONE)
            chosen = choose(person)
            title = self._store.conversations.get(chosen[0], person).title if len(chosen) == 1 else ""
            if conversation_id in chosen:
                screen.tabs.stop(request.session_hash)
                tab.leave()
            found = erase(screen.session.settings.home, self._store, chosen, person.actor)
            gr.Info(html.escape(told_to_visitor(found, len(chosen), title)), title="")
        except UserError as error:
            notice(error)
        return screen.frame(person, None if conversation_id in chosen else conversation_id, tab)

    def _own(self, request: gr.Request, conversation_id: str) -> tuple[Person, str]:
        person = self._screen.known(request)
        if person is None:
            raise NotFoundError(GONE)
        return person, self._store.conversations.get(conversation_id, person).id
