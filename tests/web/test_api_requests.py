"""What OpenAI's clients send in the wild: unset fields, histories of all kinds, limits that bind every reply."""

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
import openai
import pytest
from fastapi import FastAPI
from openai.types.chat import ChatCompletionMessageParam

from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.engines.scripted import ScriptedEngine
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from chatbot.web.api_requests import CompletionRequest, FeedbackRequest
from tests.conftest import Serve, desk_of
from tests.packs import write_pack
from tests.pictures import picture
from tests.web.conftest import answer_with

Said = tuple[str, str, dict[str, int]]

DELIVERY = "How long does delivery to Germany take?"
QUESTION: list[ChatCompletionMessageParam] = [{"role": "user", "content": DELIVERY}]
IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
AUDIO = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
FILE = {"type": "file", "file": {"file_id": "file-1"}}
CALL = {"id": "c1", "type": "function", "function": {"name": "track", "arguments": "{}"}}
OPENAI_FIELDS = ["audio", "function_call", "functions", "logit_bias", "logprobs", "metadata", "modalities", "store"]
OPENAI_FIELDS += ["frequency_penalty", "presence_penalty", "parallel_tool_calls", "prediction", "reasoning_effort"]
OPENAI_FIELDS += ["safety_identifier", "service_tier", "tool_choice", "tools", "top_logprobs", "web_search_options"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """What all of these requests are sent to."""
    folder = tmp_path_factory.mktemp("requests")
    pack = str(write_pack(folder / "lamps"))
    settings = load_settings(home=folder / "home", engine="scripted", pack=pack, min_score=0.1, api_rate="6000/minute")
    session = open_session(settings, open_store(settings.database))
    yield session
    session.live.close()
    session.store.close()


@pytest.fixture(scope="module")
def http(served: Session, serve_module: Serve) -> Iterator[httpx.Client]:
    app = FastAPI()
    access = Access(served.store, served.settings.home / "cookie.key")
    app.include_router(api_routes(served, access, desk_of(served)))
    with httpx.Client(base_url=serve_module(app), timeout=20) as http:
        yield http


@pytest.fixture
def session(served: Session) -> Iterator[Session]:
    """The session behind the requests, whose engine and kind of replies last for one test."""
    assert served.live._seat
    engine, replies = served.live._seat.engine, served.settings.replies
    yield served
    answer_with(served, engine)
    served.settings.__dict__["replies"] = replies


@pytest.fixture(scope="module")
def client(http: httpx.Client) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{http.base_url}/v1", api_key="none", max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture(params=["fixed", "quoted", "written"])
def kind(request: pytest.FixtureRequest, session: Session) -> str:
    """Replies of every kind: the pack's own words, a passage in its own words, the model's words."""
    session.settings.__dict__["replies"] = "quote" if request.param == "quoted" else "write"
    if request.param == "written":
        answer_with(session, ScriptedEngine("base", lambda messages: "We do deliver to many places. Ask away!"))
    return str(request.param)


def asked(kind: str) -> dict[str, object]:
    text = "I want to talk to a human please" if kind == "fixed" else DELIVERY
    return {"model": "champion", "messages": [{"role": "user", "content": text}]}


def completion(http: httpx.Client, **more: object) -> httpx.Response:
    return http.post("/v1/chat/completions", json={"model": "champion", "messages": QUESTION} | more)


def streamed(http: httpx.Client, body: dict[str, object]) -> Said:
    body = body | {"stream": True, "stream_options": {"include_usage": True}}
    with http.stream("POST", "/v1/chat/completions", json=body) as response:
        events = [json.loads(line[6:]) for line in response.iter_lines() if line.startswith("data: {")]
    choices = [event["choices"][0] for event in events if event["choices"]]
    said = "".join(choice["delta"].get("content") or "" for choice in choices)
    return said, choices[-1]["finish_reason"], events[-1]["usage"]


def said(body: dict[str, Any]) -> Said:
    choice = body["choices"][0]
    return choice["message"]["content"], choice["finish_reason"], body["usage"]


def history_of(session: Session, answer: httpx.Response) -> Sequence[tuple[str, str]]:
    reply = session.store.conversations.message(answer.json()["id"].removeprefix("chatcmpl-"))
    return [(m.role, m.content) for m in session.store.conversations.path(reply.parent)][:-1]


@pytest.mark.parametrize(
    "name", [*sorted(CompletionRequest.model_fields.keys() - {"model", "messages"}), *OPENAI_FIELDS]
)
def test_null_is_an_unset_field(http: httpx.Client, name: str) -> None:
    answer = completion(http, **{name: None})
    assert answer.status_code == 200, answer.text


def test_null_is_an_unset_field_within_fields_too(http: httpx.Client) -> None:
    message = {"role": "user", "content": DELIVERY, "name": None, "refusal": None, "tool_calls": None}
    form = {"type": "text", "json_schema": None}
    more = {"messages": [message], "stream_options": {"include_usage": None}, "response_format": form, "stop": [None]}
    assert completion(http, **more).status_code == 200
    part = {"type": "text", "text": DELIVERY, "refusal": None, "image_url": None}
    assert completion(http, messages=[{"role": "user", "content": [part]}]).status_code == 200


def test_null_in_a_schema_is_unset(session: Session, http: httpx.Client) -> None:
    engine = ScriptedEngine("base", lambda messages: '{"days": 6}')
    engine.structured = True
    answer_with(session, engine)
    day = {"type": "integer", "description": None, "enum": None, "minimum": None}
    schema = {"type": "object", "properties": {"days": day}, "required": None, "additionalProperties": None}
    form = {"type": "json_schema", "json_schema": {"name": "x", "strict": None, "description": None, "schema": schema}}
    assert completion(http, response_format=form).status_code == 200


@pytest.mark.parametrize("name", sorted(FeedbackRequest.model_fields.keys() - {"id", "rating"}))
def test_null_is_an_unset_field_of_feedback(http: httpx.Client, name: str) -> None:
    reply = completion(http).json()["id"]
    answer = http.post("/v1/feedback", json={"id": reply, "rating": "like", name: None})
    assert answer.json()["stored"] == ["rating"]
    assert http.post("/v1/feedback", json={"id": reply, "rating": None, "stars": {"accuracy": None}}).status_code == 400


def test_the_official_client_may_pass_none_for_everything(client: openai.OpenAI) -> None:
    none = dict.fromkeys(("stream", "user", "stop", "n", "max_tokens", "temperature", "top_p", "seed", "tools"))
    answer = client.chat.completions.create(model="champion", messages=QUESTION, **none)  # type: ignore[arg-type]
    assert answer.choices[0].message.content


@pytest.mark.parametrize(
    "before",
    [
        [{"role": "developer", "content": "Answer in German."}],
        [{"role": "system", "content": "rule " * 3000}],
        [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": None, "tool_calls": [CALL]}],
        [{"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "tool_call_id": "c1", "content": "in transit"}],
        [{"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "in transit"}]}],
        [{"role": "tool", "tool_call_id": "c1", "content": {"status": "in transit"}}],
        [{"role": "function", "name": "track", "content": None}],
        [{"role": "assistant", "content": None, "function_call": {"name": "track", "arguments": "{}"}}],
        [{"role": "assistant", "content": [{"type": "refusal", "refusal": "I must not."}]}],
        [{"role": "assistant", "content": None, "refusal": "I must not."}],
        [{"role": "assistant", "content": None, "audio": {"id": "audio_1"}}],
        [{"role": "user", "content": [{"type": "text", "text": "What is this?"}, IMAGE]}],
        [{"role": "user", "content": [IMAGE]}, {"role": "user", "content": [AUDIO, FILE]}],
        [{"role": "user", "content": "x " * 5000}, {"role": "assistant", "content": "word " * 5000}],
        [{"role": "user", "content": ""}, {"role": "assistant", "content": "\u200b\u200b"}],
        [{"role": "user", "content": "\u2060"}, {"role": "assistant", "content": "\x00\x07 \u200d"}],
        [{"role": "assistant", "content": "Hi, how can I help?"}],
        [{"role": "user", "content": "cut in two \ud83d"}, {"role": "assistant", "content": "\ude00"}],
        [{"role": role, "content": f"{n}"} for n in range(1000) for role in ("user", "assistant")],
    ],
)
def test_histories_of_every_kind_are_taken(
    http: httpx.Client, session: Session, before: list[dict[str, object]]
) -> None:
    answer = http.post(
        "/v1/chat/completions",
        content=json.dumps({"model": "champion", "messages": [*before, *QUESTION]}),
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 200, answer.text
    kept = history_of(session, answer)
    assert len(kept) < 400
    assert all(0 < len(text) <= session.settings.max_message_chars for _, text in kept)


def test_of_a_history_only_what_was_said_is_kept(http: httpx.Client, session: Session) -> None:
    before = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": [{"type": "text", "text": "What is"}, IMAGE, {"type": "text", "text": "this?"}]},
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c1", "content": "a lamp"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "I must not say."}]},
    ]
    answer = completion(http, messages=[*before, *QUESTION])
    assert history_of(session, answer) == [("user", "What is\nthis?"), ("assistant", "I must not say.")]
    many = [{"role": "user", "content": f"number {n}"} for n in range(1000)]
    assert history_of(session, completion(http, messages=[*many, *QUESTION]))[-1] == ("user", "number 999")


@pytest.mark.parametrize(
    "after",
    [
        [{"role": "assistant", "content": None, "tool_calls": [CALL]}, {"role": "tool", "content": "1"}],
        [{"role": "function", "name": "x", "content": "1"}],
        [{"role": "system", "content": "Be brief."}],
        [{"role": "assistant", "content": ""}],
    ],
)
def test_the_last_thing_that_the_user_said_is_answered(http: httpx.Client, after: list[dict[str, object]]) -> None:
    assert completion(http, messages=[*QUESTION, *after]).status_code == 200


@pytest.mark.parametrize("part", [AUDIO, FILE, {"type": "video_url", "video_url": None}])
def test_a_new_message_with_more_than_words_is_refused_by_the_name_of_the_part(
    http: httpx.Client, part: dict[str, object]
) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": DELIVERY}, part]}
    error = completion(http, messages=[*QUESTION, message]).json()["error"]
    assert "messages.1.content.1" in error["message"] and part["type"] in error["message"]
    assert "only 'text' and 'image_url' are" in error["message"] and error["param"] == "messages"


@pytest.mark.parametrize(
    "url", ["https://evil.example/x.png", "http://169.254.169.254/", "file:///etc/passwd", None, 7]
)
def test_no_picture_is_fetched(http: httpx.Client, url: object) -> None:
    for shown in (url, {"url": url}):
        message = {"role": "user", "content": [{"type": "image_url", "image_url": shown}]}
        error = completion(http, messages=[message]).json()["error"]
        assert "nothing is fetched" in error["message"]


def test_a_picture_is_passed_on_where_no_model_sees_and_the_answer_says_so(http: httpx.Client) -> None:
    coded = b64encode(picture()).decode()
    shown = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{coded}"}}
    answer = completion(http, messages=[{"role": "user", "content": [shown]}]).json()
    assert answer["choices"][0]["message"]["content"].startswith("I cannot look at files myself.")
    assert answer["handoff"]["status"] == "waiting"
    broken = completion(http, messages=[{"role": "user", "content": [IMAGE]}]).json()["error"]
    assert "cannot be read" in broken["message"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("x" * 4001, "4,001 characters: 4,000 fit"),
        ("", "empty"),
        (None, "empty"),
        ([], "empty"),
        ("\u200b", "empty"),
        (7, "a string or a list of parts"),
    ],
)
def test_limits_hold_for_the_new_message(http: httpx.Client, content: object, told: str) -> None:
    answer = completion(http, messages=[{"role": "user", "content": "Hi"}, {"role": "user", "content": content}])
    assert answer.status_code == 400 and told in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "more",
    [
        {"max_tokens": 0},
        {"max_tokens": -1},
        {"max_completion_tokens": -1, "max_tokens": 0},
        {"max_tokens": 10**9},
        {"stop": ""},
        {"stop": []},
        {"stop": ["", None]},
        {"top_p": 0, "temperature": 2},
        {"seed": -1},
        {"seed": 2**63},
        {"user": 17},
        {"temperature": 0, "n": 1},
        {"tools": [{"type": "function", "function": {"name": "x"}}], "tool_choice": "auto", "anything": {"at": "all"}},
    ],
)
def test_values_whose_meaning_is_plain_are_taken(http: httpx.Client, more: dict[str, object]) -> None:
    assert said(completion(http, **more).json())[:2] == said(completion(http).json())[:2]


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
@pytest.mark.parametrize("limit", [1, 3])
def test_a_longest_length_binds_every_reply(http: httpx.Client, kind: str, field: str, limit: int) -> None:
    whole = said(http.post("/v1/chat/completions", json=asked(kind)).json())
    cut = said(http.post("/v1/chat/completions", json=asked(kind) | {field: limit}).json())
    text, finish, usage = cut
    assert whole[0].startswith(text) and len(text.split()) == limit and finish == "length"
    assert usage["completion_tokens"] == limit and usage["prompt_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + limit
    assert streamed(http, asked(kind) | {field: limit}) == cut
    assert whole[1] == "stop" and whole[2]["completion_tokens"] == len(whole[0].split())
    roomy = said(http.post("/v1/chat/completions", json=asked(kind) | {field: 100_000}).json())
    assert roomy == whole


@pytest.mark.parametrize("as_list", [True, False])
def test_a_stop_string_ends_every_reply(http: httpx.Client, kind: str, as_list: bool) -> None:
    whole = said(http.post("/v1/chat/completions", json=asked(kind)).json())[0]
    word = whole.split()[3]
    body = asked(kind) | {"stop": ["no such thing", word] if as_list else word}
    text, finish, usage = cut = said(http.post("/v1/chat/completions", json=body).json())
    assert text == whole[: whole.index(word)].rstrip() and finish == "stop"
    assert 0 < usage["completion_tokens"] <= 4
    assert streamed(http, body)[:2] == cut[:2]


def test_the_reply_that_gives_up_is_bound_too(http: httpx.Client, session: Session) -> None:
    unknown = {"role": "assistant", "content": session.pack.persona.unknown}
    asking = {"role": "user", "content": "zzz qqq"}
    cut = completion(http, messages=[asking, unknown, asking, unknown, asking], max_tokens=2).json()
    assert len(said(cut)[0].split()) == 2 and said(cut)[1] == "length" and cut["choices"][0]["handoff"]


def test_a_body_that_is_not_sent_as_json_is_told_how_to_be_sent(http: httpx.Client) -> None:
    body = json.dumps({"model": "champion", "messages": QUESTION})
    answer = http.post("/v1/chat/completions", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 400 and "content-type: application/json" in answer.json()["error"]["message"]
