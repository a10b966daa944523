"""What a visitor says of replies: good or bad, whether they helped, and whether one may learn from the talk."""

import gradio as gr

from chatbot.errors import UserError
from chatbot.records import now
from chatbot.web.chat_screen import Screen, notice, text_of
from chatbot.web.chat_view import Receipt
from chatbot.web.chat_words import consent_words

LONGEST_COMMENT = 2000
TAKEN_BACK = "Taken back: no later training uses your chats."


class OpinionEvents:
    """The page's answers to opinions."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._store = screen.store

    def rate(self, event: gr.EventData, request: gr.Request) -> dict[str, object]:
        """Store a like or dislike, or take it back; the receipt says what is stored now."""
        message_id, value = text_of(event, "message"), text_of(event, "value")
        receipt = Receipt(message=message_id, rating=value or None, thanks="Saved, thank you", at=now())
        try:
            self._screen.limits.feedback(request)
            person, message = self._screen.own(request, event)
            if value:
                reasons = [str(reason) for reason in event._data.get("reasons") or []]
                comment = text_of(event, "comment")[:LONGEST_COMMENT]
                self._store.feedback.rate(message.id, person, value, reasons, comment or None)
            else:
                self._store.feedback.withdraw_rating(message.id, person)
                receipt["thanks"] = "Taken back"
        except UserError as error:
            notice(error)
            receipt |= {"rating": None, "thanks": ""}
        shown: dict[str, object] = gr.update(receipt=receipt)
        return shown

    def helped(self, event: gr.EventData, request: gr.Request) -> None:
        """Store whether the talk up to a reply was of help."""
        try:
            self._screen.limits.feedback(request)
            person, message = self._screen.own(request, event)
            self._store.feedback.say_helped(message.id, person, text_of(event, "value") == "yes")
        except UserError as error:
            notice(error)

    def consent(self, given: bool, request: gr.Request) -> object:
        """Store whether this visitor's chats may be learned from; returns what the box is to show."""
        try:
            self._screen.limits.feedback(request)
        except UserError as error:
            notice(error)
            return not given
        self._store.people.set_consent(self._screen.access.visitor(request.cookies), given)
        gr.Info("Saved, thank you." if given else TAKEN_BACK, title="")
        return gr.update(**consent_words(self._screen.session.pack.persona, given))
