"""What a pack says of itself and of its page."""

import pytest
from pydantic import ValidationError

from chatbot.knowledge.persona import Texts


def test_the_pages_words_have_defaults_and_take_no_unknown_key() -> None:
    assert Texts(person="Sprechen Sie mit uns").person == "Sprechen Sie mit uns" and Texts().person
    with pytest.raises(ValidationError, match="placeholder"):
        Texts.model_validate({"placeholder": "Ask"})
