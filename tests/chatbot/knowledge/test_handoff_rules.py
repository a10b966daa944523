"""What a pack says when it hands over: outside hours too, or not at all."""

import pytest
from pydantic import BaseModel, ValidationError

from chatbot.knowledge.handoff_rules import HandoffRules
from chatbot.knowledge.pack_texts import LONGEST_TEXT, Text

GIVEN = {"phrases": ["human please"], "message": "A colleague comes."}
HOURS = {"timezone": "UTC", "monday": ["09:00-17:00"]}


class Said(BaseModel):
    """A text."""

    text: Text


def test_all_of_it_or_none() -> None:
    assert HandoffRules.model_validate(GIVEN).hours is None
    whole = {**GIVEN, "hours": HOURS, "outside": "Which address?", "kept": "We write to {address}."}
    assert HandoffRules.model_validate(whole).hours
    for name in ("hours", "outside", "kept"):
        with pytest.raises(ValidationError, match="belong together"):
            HandoffRules.model_validate({key: value for key, value in whole.items() if key != name})


def test_a_text_is_neither_empty_nor_endless() -> None:
    assert Said(text=" Hello ").text == "Hello"
    for wrong in ({"text": " "}, {"text": "x" * (LONGEST_TEXT + 1)}):
        with pytest.raises(ValidationError):
            Said.model_validate(wrong)
