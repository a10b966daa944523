"""Whose a rating is: the signed token of one reply rates that reply and no other."""

import pytest

from chatbot.dialogue.session import Session
from chatbot.errors import AccessError, NotFoundError
from chatbot.web.access import Access
from chatbot.web.api_requests import FeedbackRequest
from chatbot.web.callers import Caller
from chatbot.web.raters import Raters


def test_a_token_rates_its_own_reply_alone(session: Session, access: Access) -> None:
    ann, raters = session.store.people.visitor("ann"), Raters(session.store, access)
    first, second = (list(session.say(ann, text))[-1].message for text in ("hello", "how long may I return a lamp?"))
    stranger = Caller(session.store, None, "someone", fresh=True)
    own = FeedbackRequest(id=f"chatcmpl-{first}", rating="like", token=raters.token(first))
    assert raters.rater(None, stranger, own).id == ann.id
    other = FeedbackRequest(id=f"chatcmpl-{second}", rating="like", token=raters.token(first))
    with pytest.raises(NotFoundError, match="does not exist among your conversations"):
        raters.rater(None, stranger, other)
    with pytest.raises(AccessError, match="feedback_token"):
        raters.rater(None, stranger, FeedbackRequest(id=f"chatcmpl-{first}", rating="like"))
