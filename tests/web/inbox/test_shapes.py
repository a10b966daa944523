"""What the inbox reads and shows, as types."""

from dataclasses import fields

import pytest
from pydantic import ValidationError

from chatbot.dialogue.approving import AlikeQuestion, Effects
from chatbot.store.cases import Case
from chatbot.web.inbox.answer_shapes import EffectsShape
from chatbot.web.inbox.bodies import Claim, Rating, Words
from chatbot.web.inbox.case_shapes import CaseRow
from chatbot.web.inbox.message_routes import add_message_routes
from chatbot.web.inbox.message_shapes import Source
from chatbot.web.inbox.reading import Reading


def test_bodies_take_null_for_what_was_not_sent_and_refuse_what_is_none() -> None:
    assert Rating.model_validate({"value": None, "reasons": None}).value is None
    assert Claim.model_validate({}).over is False
    for wrong in ({}, {"text": 7}):
        with pytest.raises(ValidationError):
            Words.model_validate(wrong)


def test_a_case_is_told_whole_but_for_whose_it_is() -> None:
    assert set(CaseRow.model_fields) == {field.name for field in fields(Case)} - {"person"} | {"there"}


def test_what_an_approval_would_change_is_told_as_it_was_found() -> None:
    told = EffectsShape.model_validate(Effects([], [AlikeQuestion("Do you ship?", 0.9)], []))
    assert [(one.question, one.score) for one in told.found_for] == [("Do you ship?", 0.9)]


def test_a_source_says_whether_it_was_used() -> None:
    passage = {"id": "a", "kind": "article", "title": "t", "text": "x", "source": "s", "query": "", "score": 1}
    assert Source.model_validate({"used": False, **passage}).used is False
    assert callable(add_message_routes) and callable(Reading)
