"""What the inbox reads and shows, as types."""

import pytest
from pydantic import ValidationError

from chatbot.web.inbox.bodies import Claim, Rating, Words
from chatbot.web.inbox.message_routes import add_message_routes
from chatbot.web.inbox.reading import Reading
from chatbot.web.inbox.shapes import Source


def test_bodies_take_null_for_what_was_not_sent_and_refuse_what_is_none() -> None:
    assert Rating.model_validate({"value": None, "reasons": None}).value is None
    assert Claim.model_validate({}).over is False
    for wrong in ({}, {"text": 7}):
        with pytest.raises(ValidationError):
            Words.model_validate(wrong)


def test_a_source_says_whether_it_was_used() -> None:
    passage = {"id": "a", "kind": "article", "title": "t", "text": "x", "source": "s", "query": "", "score": 1}
    assert Source.model_validate({"used": False, **passage}).used is False
    assert callable(add_message_routes) and callable(Reading)
