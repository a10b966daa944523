"""Tokens that arrive from a step thread leave as text of whole characters."""

from collections.abc import Sequence
from typing import Unpack

import pytest

from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError
from chatbot.records import Sampling, SamplingOverrides


class Bytes:
    """A tokenizer whose tokens are bytes."""

    def decode(self, ids: Sequence[int], **options: object) -> str:
        return bytes(ids).decode("utf-8", "replace")


def written(*arrivals: list[int] | EngineError | None, **sampling: Unpack[SamplingOverrides]) -> TokenGeneration:
    generation = TokenGeneration([1, 2], Sampling(**sampling), Bytes(), lambda left: left.arrived.put(None))
    for arrival in arrivals:
        generation.arrived.put(arrival)
    return generation


def test_a_character_is_shown_when_it_is_whole() -> None:
    lamp = "💡".encode()
    generation = written(list(b"a"), list(lamp[:2]), list(lamp[2:]), None)
    assert list(generation) == ["a", "💡"]
    assert (generation.usage.prompt_tokens, generation.usage.completion_tokens) == (2, 5)
    assert generation.usage.finish == "stop"


def test_it_says_why_it_ended() -> None:
    full = written(list(b"ab"), None, max_new_tokens=2)
    assert list(full) == ["ab"] and full.usage.finish == "length"
    left = written(list(b"ab"))
    left.cancel()
    assert list(left) == ["ab"] and left.usage.finish == "cancelled"
    stopped = written(list(b"ab. "), list(b"User"), stop=("User",))
    assert "".join(stopped) == "ab. " and stopped.usage.finish == "stop" and stopped.cancelled


def test_a_failure_is_raised_where_the_text_is_read() -> None:
    with pytest.raises(EngineError, match="the engine failed"):
        list(written(EngineError("the engine failed: no memory")))
