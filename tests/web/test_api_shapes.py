"""The replies of `/v1`, to the byte of what clients of OpenAI's API read."""

import json

import pytest

from chatbot.dialogue.running import Update
from chatbot.records import Finish, Outcome, Trace
from chatbot.web.api_shapes import completion, first_chunk, last_chunk, text_chunk, usage_chunk

HEAD = {"id": "chatcmpl-m1", "object": "chat.completion.chunk", "created": 7, "model": "v1"}
USAGE = {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34}


def update(
    text: str = "Yes.", finish: Finish = "stop", check: Outcome = "passed", handoff: str | None = None
) -> Update:
    trace = Trace("v1", prompt_tokens=30, completion_tokens=4, finish=finish, check=check, handoff=handoff)
    return Update("c1", "m1", text, True, trace, len(text))


def choice(delta: dict[str, str], finish: str | None = None, **more: str) -> dict[str, object]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish, **more}


def test_a_whole_reply() -> None:
    message = {"role": "assistant", "content": "Yes.", "refusal": None}
    expected = {
        **HEAD,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    assert json.dumps(completion(update(), 7, structured=False).model_dump()) == json.dumps(expected)


def test_a_stream() -> None:
    chunks = [first_chunk(update(), 7), text_chunk(update(), 7, "Yes.", False), last_chunk(update(), 7)]
    choices = [choice({"role": "assistant", "content": ""}), choice({"content": "Yes."}), choice({}, "stop")]
    assert [json.dumps(chunk.model_dump()) for chunk in chunks] == [
        json.dumps({**HEAD, "choices": [one]}) for one in choices
    ]
    assert usage_chunk(update(), 7).model_dump() == {**HEAD, "choices": [], "usage": USAGE}


def test_a_handoff_stands_in_the_message_and_in_the_choice() -> None:
    reply = completion(update(handoff="asked for a person"), 7, structured=False).model_dump()["choices"][0]
    assert reply["handoff"] == reply["message"]["handoff"] == "asked for a person"
    assert last_chunk(update(handoff="x"), 7).model_dump()["choices"] == [choice({}, "stop", handoff="x")]


@pytest.mark.parametrize(
    ("text", "finish", "check", "field"),
    [
        ('{"days": 30}', "stop", "passed", "content"),
        ("Yes.", "stop", "passed", "refusal"),
        ('{"days": 30', "length", "passed", "content"),
        ('{"days": 30}', "stop", "fixed", "refusal"),
    ],
)
def test_words_in_place_of_the_json_that_was_asked_for_are_a_refusal(
    text: str, finish: Finish, check: Outcome, field: str
) -> None:
    message = completion(update(text, finish, check), 7, structured=True).choices[0].message
    other = {"content": "refusal", "refusal": "content"}[field]
    assert (getattr(message, field), getattr(message, other)) == (text, None)
    assert text_chunk(update(text, finish, check), 7, text, True).choices[0].delta.model_dump() == {field: text}


@pytest.mark.parametrize(("finish", "told"), [("length", "length"), ("stop", "stop"), ("cancelled", "stop")])
def test_why_a_reply_ended(finish: Finish, told: str) -> None:
    assert completion(update(finish=finish), 7, structured=False).choices[0].finish_reason == told
