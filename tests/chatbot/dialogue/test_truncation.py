"""Where a reply ends for a client that set stop strings or a longest length."""

from collections.abc import Sequence

import pytest

from chatbot.dialogue.truncation import Truncation, token_count
from chatbot.engines.scripted import ScriptedEngine
from chatbot.records import ChatMessage

ENGINE = ScriptedEngine()  # counts a word as a token
TEXT = "Express delivery costs £7.95. It takes a day."


@pytest.mark.parametrize(
    ("truncation", "kept", "reason"),
    [
        (Truncation(), TEXT, None),
        (Truncation(8), TEXT, None),
        (Truncation(3), "Express delivery costs", "length"),
        (Truncation(1), "Express", "length"),
        (Truncation(100, ("£",)), "Express delivery costs", "stop"),
        (Truncation(None, ("day", "takes")), "Express delivery costs £7.95. It", "stop"),
        (Truncation(2, ("takes",)), "Express delivery", "length"),
        (Truncation(3, ("delivery",)), "Express", "stop"),
        (Truncation(None, ("Express",)), "", "stop"),
        (Truncation(None, ("nothing like it",)), TEXT, None),
    ],
)
def test_a_reply_ends_at_the_first_limit(truncation: Truncation, kept: str, reason: str | None) -> None:
    assert truncation.apply(ENGINE, TEXT) == (kept, reason)


def test_what_a_client_was_sent_stays() -> None:
    assert Truncation(1, ("costs",)).apply(ENGINE, TEXT, settled=29) == ("Express delivery costs £7.95.", "length")


def test_an_empty_text_has_no_tokens() -> None:
    assert (token_count(ENGINE, ""), token_count(ENGINE, "two words")) == (0, 2)


def test_a_limit_is_kept_where_tokens_are_parts_of_characters() -> None:
    class Bytes(ScriptedEngine):
        def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
            return sum(len(message["content"].encode()) + 4 for message in messages)

    text, reason = Truncation(10).apply(Bytes(), "🙂🙂🙂🙂")
    assert (text, reason) == ("🙂🙂", "length")
