"""The API over a real server: OpenAI's own client unchanged, feedback, monitoring, and every way to be refused."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import httpx
import openai
import pytest
from fastapi import FastAPI
from openai.types.chat import ChatCompletionAssistantMessageParam, ChatCompletionMessageParam
from openai.types.shared_params import ResponseFormatJSONObject
from pydantic import BaseModel

from chatbot.dialogue.admission import Admission
from chatbot.dialogue.session import Session
from chatbot.engines.base import Generation
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.seat import Loaded
from chatbot.errors import EngineError, WeightsError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.rates import Rate
from chatbot.records import ChatMessage, Message, Sampling, Trace
from chatbot.store.cases import CaseFilter
from chatbot.web.access import STAFF_COOKIE, VISITOR_COOKIE, Access
from chatbot.web.api import api_routes
from chatbot.web.chat_view import FAILED, status_view
from tests.conftest import Serve, desk_of
from tests.web.conftest import answer_with, database_of

QUESTION: list[ChatCompletionMessageParam] = [{"role": "user", "content": "How long does delivery to Germany take?"}]
BODY: dict[str, object] = {"model": "champion", "messages": QUESTION}


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    return serve(app)


@pytest.fixture
def client(url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0, timeout=20) as client:
        yield client


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=20) as http:
        yield http


def script(session: Session, text: str, seconds_per_word: float = 0.0) -> None:
    answer_with(session, ScriptedEngine("base", lambda messages: text, seconds_per_word))


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 5 s"
        time.sleep(0.02)


def stored(session: Session, completion_id: str) -> Message:
    return session.store.conversations.message(completion_id.removeprefix("chatcmpl-"))


def trace_of(session: Session, completion_id: str) -> Trace:
    trace = stored(session, completion_id).trace
    assert trace
    return trace


def of(reply: BaseModel) -> dict[str, object]:
    """What a client without cookies sends along to rate a reply."""
    told = reply.model_dump()
    return {"id": told["id"], "token": told["feedback_token"]}


def handoff_of(shape: BaseModel) -> object:
    return (shape.model_extra or {})["handoff"]


def test_the_official_client_gets_a_whole_reply(client: openai.OpenAI, session: Session) -> None:
    answer = client.chat.completions.create(model="champion", messages=QUESTION)
    reply, trace = stored(session, answer.id), trace_of(session, answer.id)
    assert answer.object == "chat.completion" and answer.model == "base"
    assert answer.choices[0].message.content == reply.content != ""
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage and answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer.usage.completion_tokens == trace.completion_tokens > 0
    assert trace.passages and reply.status == "complete"


def test_the_official_client_gets_the_same_reply_as_a_stream(client: openai.OpenAI, session: Session) -> None:
    script(session, "We do deliver. It takes a while. Shall we begin?")
    whole = client.chat.completions.create(model="base", messages=QUESTION).choices[0].message.content
    chunks = list(
        client.chat.completions.create(
            model="champion", messages=QUESTION, stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert "".join(pieces) == whole and len(pieces) > 3
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage and chunks[-1].usage.completion_tokens > 0
    assert {chunk.id for chunk in chunks} == {chunks[0].id} and stored(session, chunks[0].id).content == whole


def test_a_stream_without_options_ends_in_done_and_has_no_usage(http: httpx.Client) -> None:
    with http.stream(
        "POST", "/v1/chat/completions", json={"model": "champion", "messages": QUESTION, "stream": True}
    ) as response:
        lines = [line for line in response.iter_lines() if line]
    assert response.headers["content-type"].startswith("text/event-stream")
    assert lines[-1] == "data: [DONE]" and all(line.startswith("data: ") for line in lines)
    assert all("usage" not in json.loads(line[6:]) for line in lines[:-1])


def test_earlier_messages_are_the_history(client: openai.OpenAI, session: Session) -> None:
    seen: list[list[ChatMessage]] = []

    def note(messages: Sequence[ChatMessage]) -> str:
        seen.append(list(messages))
        return "Six days."

    answer_with(session, ScriptedEngine("base", note))
    history: list[ChatCompletionMessageParam] = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": [{"type": "text", "text": "Do you deliver to Germany?"}]},
        {"role": "assistant", "content": "Yes, we do."},
    ]
    answer = client.chat.completions.create(model="champion", messages=[*history, *QUESTION])
    said = [(message["role"], message["content"]) for message in seen[0]]
    assert said[0] == ("system", session.pack.persona.system)
    assert said[1:3] == [("user", "Do you deliver to Germany?"), ("assistant", "Yes, we do.")]
    (case,) = session.store.cases.page(CaseFilter()).items
    assert case.conversation == stored(session, answer.id).conversation


def test_limits_and_seed_are_the_clients(client: openai.OpenAI, session: Session) -> None:
    script(session, "red green blue black white")
    answer = client.chat.completions.create(
        model="champion", messages=QUESTION, max_tokens=3, temperature=0.5, top_p=0.8, seed=7
    )
    assert answer.choices[0].message.content == "red green blue" and answer.choices[0].finish_reason == "length"
    sampling = trace_of(session, answer.id).sampling
    assert (sampling["temperature"], sampling["top_p"], sampling["seed"]) == (0.5, 0.8, 7)
    long = client.chat.completions.create(model="champion", messages=QUESTION, max_completion_tokens=100_000)
    assert trace_of(session, long.id).sampling["max_new_tokens"] == session.settings.max_new_tokens


def test_a_handoff_is_a_field_of_its_own_and_is_recorded(client: openai.OpenAI, session: Session) -> None:
    wish: list[ChatCompletionMessageParam] = [{"role": "user", "content": "I want to talk to a human please"}]
    choice = client.chat.completions.create(model="champion", messages=wish).choices[0]
    assert handoff_of(choice) and handoff_of(choice.message)
    last = list(client.chat.completions.create(model="champion", messages=wish, stream=True))[-1]
    assert handoff_of(last.choices[0])
    statuses = database_of(session).rows("select status from cases")
    assert [row["status"] for row in statuses] == ["waiting", "waiting"]


@pytest.mark.parametrize("stream", [True, False])
def test_three_replies_that_do_not_know_hand_over(client: openai.OpenAI, session: Session, stream: bool) -> None:
    unknown = ChatCompletionAssistantMessageParam(role="assistant", content=session.pack.persona.unknown)
    asked: ChatCompletionMessageParam = {"role": "user", "content": "zzz qqq"}
    messages = [asked, unknown, asked, unknown, asked]
    answer = client.chat.completions.create(model="champion", messages=messages, stream=stream)
    if stream:
        list(answer)
    assert database_of(session).rows("select status from cases") == [{"status": "waiting"}]


def test_models_are_what_is_live(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["base", "champion"]
    assert client.models.retrieve("champion").owned_by == "lamps"
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="gpt-9", messages=QUESTION)
    assert caught.value.code == "model_not_found" and "champion" in caught.value.message


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "last message must be the user's"),
        ({"messages": [{"role": "user", "content": "  "}]}, "empty"),
        ({"messages": [{"role": "user"}]}, "empty"),
        ({"messages": [{"role": "wizard", "content": "x"}]}, "wizard"),
        ({"messages": [{"role": "user", "content": "x" * 5000}]}, "4,000 fit"),
        ({"temperature": 9}, "temperature"),
        ({"max_tokens": -7}, "max_tokens: Input should be greater than or equal to -1 (given: '-7')"),
        ({"n": 2}, "n:"),
        ({"model": None}, "model"),
    ],
)
def test_a_bad_request_is_told_in_openais_shape(http: httpx.Client, change: dict[str, object], said: str) -> None:
    response = http.post("/v1/chat/completions", json={"model": "champion", "messages": QUESTION} | change)
    error = response.json()["error"]
    assert response.status_code == 400 and set(error) == {"message", "type", "param", "code"}
    assert said in error["message"] and error["type"] == "invalid_request_error"


def test_a_body_that_is_not_utf_8_is_refused(http: httpx.Client) -> None:
    answer = http.post("/v1/chat/completions", content=b"\x80", headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "not JSON in UTF-8" in answer.json()["error"]["message"]


def test_what_is_not_json_or_not_there_has_the_shape_too(http: httpx.Client) -> None:
    assert http.post("/v1/chat/completions", content="{").json()["error"]["message"].startswith("body")
    assert http.get("/v1/nothing").status_code == 404 and "error" in http.get("/v1/nothing").json()


def test_an_engine_that_fails_is_a_server_error_streamed_or_not(client: openai.OpenAI, session: Session) -> None:
    def fail(messages: Sequence[ChatMessage]) -> str:
        raise EngineError("the engine is out of order")

    answer_with(session, ScriptedEngine("base", fail))
    with pytest.raises(openai.InternalServerError, match="out of order"):
        client.chat.completions.create(model="champion", messages=QUESTION)
    with pytest.raises(openai.APIError, match="out of order"):
        list(client.chat.completions.create(model="champion", messages=QUESTION, stream=True))


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_stops_the_reply(url: str, session: Session, stream: bool) -> None:
    script(session, "word " * 100, seconds_per_word=0.05)
    body = {"model": "champion", "messages": QUESTION, "stream": stream}
    if stream:
        with httpx.stream("POST", f"{url}/v1/chat/completions", json=body) as response:
            next(response.iter_lines())
    else:
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{url}/v1/chat/completions", json=body, timeout=1.5)
    until(lambda: bool(session.store.cases.page(CaseFilter()).items) and session.admission.running == 0)
    (case,) = session.store.cases.page(CaseFilter()).items
    reply = session.store.conversations.path(session.store.conversations.get(case.conversation).head)[-1]
    assert len(reply.content.split()) < 60 and reply.status == "stopped"


def test_a_client_keeps_its_visitor_by_cookie(http: httpx.Client, session: Session, access: Access) -> None:
    body = {"model": "champion", "messages": QUESTION}
    first = http.post("/v1/chat/completions", json=body)
    http.post("/v1/chat/completions", json=body)
    visitor = access.visitor({VISITOR_COOKIE: first.cookies[VISITOR_COOKIE]})
    assert len(session.store.conversations.of(visitor)) == 2 and not visitor.consent


def test_feedback_of_a_visitor(client: openai.OpenAI, http: httpx.Client, url: str, session: Session) -> None:
    reply = client.chat.completions.create(model="champion", messages=QUESTION)
    rating = of(reply) | {"rating": "dislike", "reasons": ["Wrong"], "comment": "no"}
    assert http.post("/v1/feedback", json=rating).json()["stored"] == ["rating"]
    httpx.post(f"{url}/v1/feedback", json=of(reply) | {"rating": "like"}).raise_for_status()
    kept = session.store.feedback.on(stored(session, reply.id).id)
    assert [(one.value, one.role) for one in kept] == [("like", "visitor")]


def test_feedback_on_another_visitors_reply_is_refused(
    client: openai.OpenAI, http: httpx.Client, session: Session
) -> None:
    reply = client.chat.completions.create(model="champion", messages=QUESTION)
    http.post("/v1/chat/completions", json={"model": "champion", "messages": QUESTION})
    assert http.post("/v1/feedback", json={"id": reply.id, "rating": "like"}).status_code == 404
    assert session.store.feedback.on(stored(session, reply.id).id) == []


def test_stars_and_corrections_are_for_staff(client: openai.OpenAI, url: str, session: Session, access: Access) -> None:
    reply = client.chat.completions.create(model="champion", messages=QUESTION)
    grade = {"id": reply.id, "stars": {"accuracy": 4}, "correction": "Four to six working days."}
    refused = httpx.post(f"{url}/v1/feedback", json=grade)
    assert refused.status_code == 401 and "sign in" in refused.json()["error"]["message"]
    anna = session.store.people.add_staff("Anna", "agent", "correct horse battery")
    cookies = {STAFF_COOKIE: access.staff_token(anna)}
    assert httpx.post(f"{url}/v1/feedback", json=grade, cookies=cookies).json()["stored"] == ["stars", "correction"]
    wrong = httpx.post(f"{url}/v1/feedback", json=grade | {"stars": {"beauty": 3}}, cookies=cookies)
    assert wrong.status_code == 400 and "beauty" in wrong.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 400), ({"comment": "hm"}, 400), ({"rating": "meh"}, 400), ({"rating": "like", "id": "chatcmpl-nope"}, 404)],
)
def test_feedback_that_says_nothing_is_refused(
    client: openai.OpenAI, http: httpx.Client, body: dict[str, str], status: int
) -> None:
    reply = client.chat.completions.create(model="champion", messages=QUESTION)
    assert http.post("/v1/feedback", json=of(reply) | body).status_code == status


def test_monitoring(client: openai.OpenAI, http: httpx.Client, session: Session) -> None:
    reply = client.chat.completions.create(model="champion", messages=QUESTION)
    http.post("/v1/feedback", json=of(reply) | {"rating": "like"}).raise_for_status()
    assert http.get("/healthz").json() == {"status": "alive"}
    assert http.get("/readyz").json() == {"status": "ready", "version": "base"}
    text = http.get("/metrics").text
    assert 'chatbot_replies_total{status="complete",version="base"} 1.0' in text
    assert (
        'chatbot_first_token_seconds_count{version="base"} 1.0' in text
        and 'chatbot_tokens_out_total{version="base"}' in text
    )
    assert 'chatbot_feedback{kind="like",version="base"} 1.0' in text and "chatbot_swaps 0.0" in text
    assert 'chatbot_retrieval_seconds_count{version="base"} 1.0' in text and "chatbot_waiting 0.0" in text


@pytest.mark.parametrize(
    "path",
    [
        "/healthz",
        "/readyz",
        "/metrics",
        "/v1/models",
        "/v1/models/champion",
        "/v1/models/none",
        "/v1/no",
        "/openapi.json",
    ],
)
def test_head_is_answered_like_get_without_a_body(http: httpx.Client, path: str) -> None:
    got, head = http.get(path), http.head(path)
    assert (head.status_code, head.headers["content-type"]) == (got.status_code, got.headers["content-type"])
    assert head.content == b"" and got.content


def test_head_tells_that_it_is_not_ready(http: httpx.Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_of(session), "row", lambda sql: 1 / 0)
    assert http.head("/readyz").status_code == 503


def test_not_ready_without_a_database(http: httpx.Client, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(sql: str) -> None:
        raise OSError("gone")

    monkeypatch.setattr(database_of(session), "row", broken)
    assert http.get("/readyz").status_code == 503 and http.get("/healthz").status_code == 200


def test_not_ready_says_why_no_engine_could_be_loaded(
    http: httpx.Client, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(name: str) -> Loaded[Knowledge]:
        raise WeightsError("disk full: served.gguf takes 663 MB")

    live = LiveEngine(load, lambda: "base", background=True)
    monkeypatch.setattr(session, "live", live)
    with pytest.raises(WeightsError):
        live.lease().__enter__()
    answer = http.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "not ready", "reason": "disk full: served.gguf takes 663 MB"}
    assert status_view(session)["notice"] == FAILED
    assert completion(http).status_code == 503
    live.close()


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def completion(http: httpx.Client, headers: dict[str, str] | None = None, **more: object) -> httpx.Response:
    return http.post("/v1/chat/completions", json=BODY | more, headers=headers)


def test_any_key_will_do_until_there_is_one_and_then_a_wrong_one_is_refused(
    http: httpx.Client, session: Session
) -> None:
    assert completion(http, headers=bearer("whatever")).status_code == 200
    token = session.store.keys.add("shop", "app")
    refused = completion(http, headers=bearer("whatever"))
    assert refused.status_code == 401 and refused.json()["error"]["type"] == "authentication_error"
    assert completion(http, headers=bearer(token)).status_code == 200
    assert completion(http).status_code == 200
    session.store.keys.revoke("shop")
    session.store.keys.add("another", "app")
    assert completion(http, headers=bearer(token)).status_code == 401


def test_an_installation_can_be_closed_to_clients_without_a_key(http: httpx.Client, session: Session) -> None:
    session.settings.__dict__["api_open"] = False
    assert completion(http).status_code == 401 and http.get("/v1/models").status_code == 401
    assert completion(http, headers=bearer(session.store.keys.add("shop", "app"))).status_code == 200
    assert http.get("/healthz").status_code == 200


def test_an_apps_visitors_are_told_apart_and_rate_their_own_replies_only(http: httpx.Client, session: Session) -> None:
    token = bearer(session.store.keys.add("shop", "app"))
    ids = {user: completion(http, headers=token, user=user).json()["id"] for user in ("ann", "ben")}
    people = {session.store.conversations.get(stored(session, id).conversation).person for id in ids.values()}
    assert len(people) == 2
    rating = {"id": ids["ann"], "rating": "like"}
    assert http.post("/v1/feedback", json=rating | {"user": "ben"}, headers=token).status_code == 404
    assert http.post("/v1/feedback", json=rating | {"user": "ann"}, headers=token).status_code == 200
    corrected = http.post("/v1/feedback", json=rating | {"user": "ann", "correction": "No."}, headers=token)
    assert corrected.status_code == 401


def test_an_agents_key_corrects(http: httpx.Client, session: Session) -> None:
    reply = completion(http).json()["id"]
    token = bearer(session.store.keys.add("desk", "agent"))
    given = {"id": reply, "stars": {"accuracy": 2}, "correction": "Six days."}
    assert http.post("/v1/feedback", json=given, headers=token).json()["stored"] == ["stars", "correction"]
    assert {row.role for row in session.store.feedback.on(reply.removeprefix("chatcmpl-"))} == {"agent"}
    assert session.store.people.staff() == [] or "key:desk" not in [p.name for p in session.store.people.staff()]
    assert session.store.people.check_password("key:desk", "") is None


def test_past_the_rate_a_client_is_told_when_to_come_back(session: Session, access: Access, serve: Serve) -> None:
    session.settings.__dict__["api_rate"] = Rate(2, 60)
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    with httpx.Client(base_url=serve(app), timeout=20) as http:
        assert [http.get("/v1/models").status_code for _ in range(2)] == [200, 200]
        refused = http.get("/v1/models")
        assert refused.status_code == 429 and 1 <= int(refused.headers["retry-after"]) <= 61
        assert refused.json()["error"]["type"] == "rate_limit_error"
        other = bearer(session.store.keys.add("shop", "app"))
        assert http.get("/v1/models", headers=other).status_code == 200


def test_a_server_that_is_full_says_when_to_try_again(http: httpx.Client, session: Session) -> None:
    session.settings.__dict__["max_concurrent"] = 1
    session.admission = Admission(1, 0)
    script(session, " ".join(["word."] * 400), seconds_per_word=0.01)
    with http.stream("POST", "/v1/chat/completions", json=BODY | {"stream": True}) as taken:
        next(taken.iter_lines())
        refused = completion(http)
        assert refused.status_code == 429 and int(refused.headers["retry-after"]) >= 1
    until(lambda: session.admission.running == 0)
    script(session, "Yes.")
    assert completion(http).status_code == 200


def test_stop_strings_end_a_reply(client: openai.OpenAI, session: Session) -> None:
    script(session, "We do deliver. It takes a while. Shall we begin?")
    answer = client.chat.completions.create(model="champion", messages=QUESTION, stop=["takes"])
    assert answer.choices[0].message.content == "We do deliver. It"


class StructuredEngine(ScriptedEngine):
    """Remembers the schemas that it was given."""

    structured = True

    def __init__(self, text: str) -> None:
        super().__init__("base", lambda messages: text)
        self.schemas: list[str] = []

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        self.schemas.append(sampling.schema)
        return super().generate(messages, sampling)


class Parcel(BaseModel):
    """What the client wants to know."""

    days: int
    country: Literal["Germany", "France"] | None


@pytest.mark.parametrize("replies", ["write", "quote"])
def test_a_reply_has_the_form_that_the_client_asks_for(client: openai.OpenAI, session: Session, replies: str) -> None:
    session.settings.__dict__["replies"] = replies
    engine = StructuredEngine('{"days": 6, "country": "Germany"}')
    answer_with(session, engine)
    answer = client.chat.completions.parse(model="champion", messages=QUESTION, response_format=Parcel)
    assert answer.choices[0].message.parsed == Parcel(days=6, country="Germany")
    assert set(json.loads(engine.schemas[0])["properties"]) == {"days", "country"}
    chunks = client.chat.completions.create(
        model="champion", messages=QUESTION, stream=True, response_format={"type": "json_object"}
    )
    pieces = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(piece.content or "" for piece in pieces) == '{"days": 6, "country": "Germany"}'
    assert not any(piece.refusal for piece in pieces) and json.loads(engine.schemas[1]) == {"type": "object"}


def test_what_cannot_be_vouched_for_is_refused_instead_of_put_into_the_form(
    client: openai.OpenAI, session: Session
) -> None:
    answer_with(session, StructuredEngine('{"days": 77, "country": "Germany"}'))
    refused = client.chat.completions.parse(model="champion", messages=QUESTION, response_format=Parcel)
    said = refused.choices[0].message
    assert said.content is None and said.refusal and "6 working days" in said.refusal
    chunks = client.chat.completions.create(
        model="champion", messages=QUESTION, stream=True, response_format={"type": "json_object"}
    )
    pieces = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    assert "".join(piece.refusal or "" for piece in pieces) == said.refusal
    assert not any(piece.content for piece in pieces)


def test_words_are_a_refusal_though_the_engine_should_have_held_them_to_the_form(
    client: openai.OpenAI, session: Session
) -> None:
    answer_with(session, StructuredEngine("It takes 6 working days."))
    form: ResponseFormatJSONObject = {"type": "json_object"}
    said = client.chat.completions.create(model="champion", messages=QUESTION, response_format=form).choices[0]
    assert (said.message.content, said.message.refusal) == (None, "It takes 6 working days.")
    cut = client.chat.completions.create(model="champion", messages=QUESTION, response_format=form, max_tokens=3)
    assert (cut.choices[0].message.content, cut.choices[0].finish_reason) == ("It takes 6", "length")


def test_an_engine_that_cannot_hold_a_form_says_so(client: openai.OpenAI, session: Session) -> None:
    with pytest.raises(openai.BadRequestError, match="response_format"):
        client.chat.completions.parse(model="champion", messages=QUESTION, response_format=Parcel)


def nested(depth: int) -> dict[str, object]:
    return {"type": "array", "items": nested(depth - 1)} if depth else {"type": "null"}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": 5},
        {"type": "string", "pattern": "((((("},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"type": "string", "enum": []},
        {"type": "string", "enum": ["x" * 20_000]},
        {"enum": [10**400]},
        {"type": "object", "properties": {}, "required": ["a"]},
        {"type": "object", "anyOf": [{"type": "null"}]},
        {"type": "array", "items": {"type": "null"}, "enum": ["x"]},
        {"type": "string", "properties": {"a": {"type": "null"}}},
        nested(20),
    ],
)
def test_a_schema_that_no_grammar_is_made_of_is_refused(
    http: httpx.Client, session: Session, schema: dict[str, object]
) -> None:
    engine = StructuredEngine("{}")
    answer_with(session, engine)
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    refused = completion(http, response_format=form)
    assert refused.status_code == 400 and refused.json()["error"]["param"].startswith("response_format")
    assert not engine.schemas


@pytest.mark.parametrize(
    "more",
    [
        {"max_tokens": -2},
        {"max_completion_tokens": "many"},
        {"stop": ["x"] * 500},
        {"stop": [7]},
        {"stop": 7},
        {"top_p": 1.5},
        {"n": 0},
        {"messages": "hello"},
        {"messages": [{"role": "user", "content": 7}]},
        {"temperature": "hot"},
        {"user": "x" * 1000},
        {"response_format": {"type": "json_schema"}},
        {"response_format": {"type": "xml"}},
    ],
)
def test_wrong_values_are_refused_by_name(http: httpx.Client, more: dict[str, object]) -> None:
    refused = http.post("/v1/chat/completions", json=BODY | more)
    assert refused.status_code == 400 and refused.json()["error"]["param"].split(".")[0] == next(iter(more))


def test_a_longest_reply_of_ten_million_tokens_is_cut_to_the_installations(
    http: httpx.Client, session: Session
) -> None:
    reply = completion(http, max_tokens=10_000_000).json()
    assert trace_of(session, reply["id"]).sampling["max_new_tokens"] == session.settings.max_new_tokens


def test_a_body_of_ten_megabytes_is_refused_unread(http: httpx.Client, session: Session) -> None:
    refused = http.post("/v1/chat/completions", content=b"[" + b"1," * 5_000_000)
    assert refused.status_code == 413 and "8,000,000 bytes" in refused.json()["error"]["message"]
    assert completion(http).status_code == 200


def test_a_client_that_sends_slowly_or_vanishes_is_let_go(
    url: str, http: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.web.bodies.SECONDS", 0.3)
    host, port = url.removeprefix("http://").split(":")
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"
    with socket.create_connection((host, int(port)), timeout=10) as slow:
        slow.sendall(head)
        assert b" 408 " in slow.recv(1000)
    with socket.create_connection((host, int(port)), timeout=10) as vanishing:
        vanishing.sendall(head)
    assert completion(http).status_code == 200


def test_curl_gets_a_stream(url: str) -> None:
    said = json.dumps(BODY | {"stream": True})
    asked = ["curl", "-sN", f"{url}/v1/chat/completions", "-H", "content-type: application/json", "-d", said]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=20)
    events = [line for line in done.stdout.splitlines() if line]
    assert events[-1] == "data: [DONE]" and all(line.startswith("data: ") for line in events)


def test_the_api_describes_itself(http: httpx.Client) -> None:
    described = http.get("/openapi.json").json()
    assert {"/v1/chat/completions", "/v1/models", "/v1/feedback", "/healthz"} <= set(described["paths"])
