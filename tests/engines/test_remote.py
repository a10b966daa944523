"""The remote engine on a real llama.cpp server, and on fakes for what a healthy server does not do."""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.engines.chat_completions import api_address, error_text, request_body
from chatbot.engines.remote import RemoteEngine, estimate_tokens
from chatbot.engines.remote_servers import Limits, NoServerError
from chatbot.engines.vllm_adapters import AdapterError, RuntimeLoraDisabledError, VllmAdapters
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling
from tests.conftest import Serve
from tests.engines.conftest import llama
from tests.fake_vllm import BASE, FakeVllm

Connect = Callable[..., RemoteEngine]

PROMPT: list[ChatMessage] = [
    {"role": "system", "content": "You tell stories."},
    {"role": "user", "content": "Tell me a long story about a lamp and use the emoji 🌟 often."},
]
QUICK = Limits(first_wait=0.01, longest_wait=2.0, pause_seconds=1.5, health_seconds=60.0)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes engines on servers of the test's choosing and closes them."""
    made: list[RemoteEngine] = []

    def make(
        *urls: str, model: str = BASE, version: str = "base", limits: Limits = QUICK, api_key: str | None = None
    ) -> RemoteEngine:
        made.append(RemoteEngine(urls, model, version, api_key, limits=limits))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


def say(engine: RemoteEngine, sampling: Sampling | None = None) -> str:
    return "".join(engine.generate(PROMPT, sampling or Sampling(max_new_tokens=24)))


def wait_until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.02)


def slots_at_work(server: str) -> int:
    return sum(slot["is_processing"] for slot in httpx.get(f"{server}/slots").json())


# A real server, besides what `test_conformance` asks of every engine


def test_a_cancelled_reply_ends_at_once_and_frees_its_slot(remote: RemoteEngine, server: str) -> None:
    generation = remote.generate(PROMPT, Sampling(max_new_tokens=900, repetition_penalty=1.3))
    pieces = iter(generation)
    next(pieces)
    assert slots_at_work(server) == 1
    began = time.monotonic()
    generation.cancel()
    generation.cancel()
    assert list(pieces) == []
    assert time.monotonic() - began < 2
    assert generation.usage.finish == "cancelled"
    assert generation.usage.completion_tokens >= 1
    wait_until(lambda: slots_at_work(server) == 0, 5)


def test_a_reply_that_nobody_reads_on_frees_its_slot(remote: RemoteEngine, server: str) -> None:
    pieces = iter(remote.generate(PROMPT, Sampling(max_new_tokens=900, repetition_penalty=1.3)))
    next(pieces)
    del pieces
    wait_until(lambda: slots_at_work(server) == 0, 5)


@pytest.mark.parametrize("before", [(), ("§1", "§2", "§3", "§4")], ids=["by the server", "by the engine"])
def test_a_reply_ends_before_a_stop_string(remote: RemoteEngine, server: str, before: tuple[str, ...]) -> None:
    whole = say(remote, Sampling(max_new_tokens=30))
    stop = whole[30:42]
    generation = remote.generate(PROMPT, Sampling(max_new_tokens=30, stop=(*before, stop)))
    assert "".join(generation) == whole[: whole.index(stop)]
    assert generation.usage.finish == "stop"
    assert 0 < generation.usage.completion_tokens < 30
    wait_until(lambda: slots_at_work(server) == 0, 5)


def test_a_server_that_dies_in_mid_reply_is_an_error_and_later_passed_over(
    server: str, real_home: Path, connect: Connect
) -> None:
    with llama(real_home) as (mortal, process):
        alone = connect(mortal, limits=Limits(health_seconds=60))
        pieces = iter(alone.generate(PROMPT, Sampling(max_new_tokens=900, repetition_penalty=1.3)))
        next(pieces)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(EngineError, match=rf"{mortal}/v1 broke off in the middle"):
            list(pieces)
        pair = connect(mortal, server)
        assert all(say(pair, Sampling(max_new_tokens=8)) for _ in range(4))


def test_the_breaker_closes_when_the_server_is_started(real_home: Path, connect: Connect) -> None:
    port = free_port()
    engine = connect(f"http://127.0.0.1:{port}", limits=Limits(first_wait=0.01, pause_seconds=60, health_seconds=0.2))
    with pytest.raises(NoServerError, match=rf"start them.*127\.0\.0\.1:{port}/v1: open after \d+ failures"):
        say(engine)
    with llama(real_home, port):
        wait_until(lambda: "closed" in engine.state, 20)
        assert say(engine, Sampling(max_new_tokens=8))


# What a healthy server does not do


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again(serve: Serve, connect: Connect, status: int) -> None:
    fake = FakeVllm(plan=[status, status])
    generation = connect(serve(fake.app)).generate(PROMPT, Sampling())
    assert "".join(generation) == "a canned reply"
    assert len(fake.asked) == 3
    assert (generation.usage.prompt_tokens, generation.usage.completion_tokens) == (7, 3)


def test_no_server_is_asked_without_end(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[429] * 9)
    with pytest.raises(EngineError, match="answered 429: told to answer 429"):
        say(connect(serve(fake.app)))
    assert len(fake.asked) == QUICK.attempts


def test_the_wait_that_a_server_asks_for_is_kept(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[429], retry_after="1")
    began = time.monotonic()
    assert say(connect(serve(fake.app))) == "a canned reply"
    assert time.monotonic() - began >= 1


def test_a_server_that_asks_for_too_long_a_wait_is_not_waited_for(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[503], retry_after="600")
    with pytest.raises(EngineError, match="503"):
        say(connect(serve(fake.app)))
    assert len(fake.asked) == 1


@pytest.mark.parametrize(("told", "words"), [(False, "broke off in the middle"), (True, "EngineCore died")])
def test_nothing_is_tried_again_after_the_first_token(serve: Serve, connect: Connect, told: bool, words: str) -> None:
    fake = FakeVllm(breaks_after=2, error_in_stream=told)
    pieces = iter(connect(serve(fake.app)).generate(PROMPT, Sampling()))
    assert next(pieces) == "a"
    with pytest.raises(EngineError, match=words):
        list(pieces)
    assert len(fake.asked) == 1


def test_a_stream_that_ends_before_its_first_token_is_tried_again(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(breaks_after=0)
    with pytest.raises(EngineError, match=r"before the first token \(the stream ended too early"):
        say(connect(serve(fake.app)))
    assert len(fake.asked) == QUICK.failures


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_other_refusals_are_passed_on_at_once(serve: Serve, connect: Connect, status: int) -> None:
    fake = FakeVllm(plan=[status])
    with pytest.raises(EngineError, match=f"answered {status}: told to answer {status}"):
        say(connect(serve(fake.app)))
    assert len(fake.asked) == 1


def test_the_breaker_opens_and_closes_again(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[500] * 4)
    engine = connect(serve(fake.app))
    for _ in range(QUICK.failures):
        assert "closed" in engine.state
        with pytest.raises(EngineError, match="told to answer 500"):
            say(engine)
    assert "open after 3 failures" in engine.state
    with pytest.raises(NoServerError, match=r"open after 3 failures .*told to answer 500.* tried again in \d s"):
        say(engine)
    assert len(fake.asked) == 3
    wait_until(lambda: "half-open" in engine.state)
    with pytest.raises(EngineError, match="told to answer 500"):
        say(engine)
    assert ": open" in engine.state
    wait_until(lambda: "half-open" in engine.state)
    assert say(engine) == "a canned reply"
    assert "closed" in engine.state


def test_a_half_open_breaker_lets_one_reply_try(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[500] * 3)
    engine = connect(serve(fake.app))
    for _ in range(3):
        with pytest.raises(EngineError):
            say(engine)
    wait_until(lambda: "half-open" in engine.state)
    fake.seconds_per_word = 0.3
    trial, second = (engine.generate(PROMPT, Sampling()) for _ in range(2))
    with pytest.raises(NoServerError):
        list(second)
    assert "".join(trial) == "a canned reply"
    assert "closed" in engine.state


def test_the_visitors_mistakes_do_not_open_the_breaker(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(plan=[400] * 5)
    engine = connect(serve(fake.app))
    for _ in range(5):
        with pytest.raises(EngineError, match="told to answer 400"):
            say(engine)
    assert say(engine) == "a canned reply"


def test_health_checks_find_a_sick_server_without_a_visitor(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(healthy=False)
    engine = connect(serve(fake.app), limits=Limits(health_seconds=0.05))
    wait_until(lambda: ": open" in engine.state)
    assert "the health check got 500" in engine.state
    fake.healthy = True
    wait_until(lambda: "closed" in engine.state)
    assert not fake.asked


def test_a_dead_server_among_two_is_passed_over(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm()
    dead = f"http://127.0.0.1:{free_port()}"
    engine = connect(dead, serve(fake.app), limits=Limits(health_seconds=60, first_wait=30))
    began = time.monotonic()
    assert [say(engine) for _ in range(6)] == ["a canned reply"] * 6
    assert time.monotonic() - began < 10, "the other server was not asked at once"
    assert f"{dead}/v1: open" in engine.state


def test_the_least_busy_server_is_chosen(serve: Serve, connect: Connect) -> None:
    fakes = [FakeVllm(seconds_per_word=0.2) for _ in range(2)]
    engine = connect(*(serve(fake.app) for fake in fakes))
    made = [engine.generate(PROMPT, Sampling()) for _ in range(6)]
    assert ["".join(generation) for generation in made] == ["a canned reply"] * 6
    assert [fake.most_under_way for fake in fakes] == [3, 3]


def test_a_silent_server_is_an_error_and_is_not_asked_again(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(seconds_per_word=5)
    with pytest.raises(EngineError, match="fell silent"):
        say(connect(serve(fake.app), limits=Limits(read_seconds=0.3)))
    assert len(fake.asked) == 1


def test_a_reply_is_cancelled_before_its_first_token(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(seconds_per_word=5)
    generation = connect(serve(fake.app)).generate(PROMPT, Sampling())
    wait_until(lambda: fake.under_way == 1)
    threading.Timer(0.1, generation.cancel).start()
    assert list(generation) == []
    assert generation.usage.finish == "cancelled"
    wait_until(lambda: fake.under_way == 0)


def test_closing_ends_replies_and_health_checks(serve: Serve, connect: Connect) -> None:
    fake = FakeVllm(seconds_per_word=5)
    engine = connect(serve(fake.app), version="closing")
    assert {"remote-closing"} <= {thread.name for thread in threading.enumerate()}
    generation = engine.generate(PROMPT, Sampling())
    wait_until(lambda: fake.under_way == 1)
    engine.close()
    engine.close()
    assert list(generation) == []
    assert generation.usage.finish == "cancelled"
    assert not {"remote-closing"} & {thread.name for thread in threading.enumerate()}
    with pytest.raises(EngineError, match="is being unloaded"):
        engine.generate(PROMPT, Sampling())


def test_the_api_key_is_sent_and_asked_for(serve: Serve, connect: Connect) -> None:
    url = serve(FakeVllm(key="sesame").app)
    assert say(connect(url, api_key="sesame")) == "a canned reply"
    with pytest.raises(EngineError, match="401: Unauthorized; set the API key"):
        say(connect(url))


def test_what_is_no_such_server_is_named(serve: Serve, connect: Connect) -> None:
    app = FastAPI()
    app.add_api_route("/v1/chat/completions", lambda: {"hello": "there"}, methods=["POST"])
    with pytest.raises(EngineError, match="does not stream like an OpenAI-compatible server"):
        say(connect(serve(app)))


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1"),
        ("https://api.example.org/openai/v1/", "https://api.example.org/openai/v1"),
    ],
)
def test_v1_is_added_where_no_path_is_given(url: str, address: str) -> None:
    assert api_address(url) == address


@pytest.mark.parametrize("urls", [[], ["localhost:8000"], ["http://host:port"], ["http://me:secret@host"]])
def test_what_is_no_address_is_refused(urls: list[str]) -> None:
    with pytest.raises(EngineError, match=r"http://localhost:8000|API key") as refused:
        RemoteEngine(urls, BASE, "base")
    assert "secret" not in str(refused.value)


def test_tokens_are_estimated_without_a_tokenizer(remote: RemoteEngine, connect: Connect) -> None:
    estimated = connect("http://127.0.0.1:9").count_tokens(PROMPT)
    assert estimated == estimate_tokens(PROMPT)
    assert remote.count_tokens(PROMPT) <= estimated < 2 * remote.count_tokens(PROMPT)


def test_a_hosted_service_gets_only_what_it_knows() -> None:
    sampling = Sampling(temperature=0.5, stop=("a", "b", "c", "d", "e"))
    own, hosted = (request_body("m", PROMPT, sampling, hosted) for hosted in (False, True))
    assert own["repetition_penalty"] == own["repeat_penalty"] == sampling.repetition_penalty
    assert own["max_tokens"] == hosted["max_completion_tokens"] == sampling.max_new_tokens
    assert not {"repetition_penalty", "repeat_penalty", "max_tokens"} & hosted.keys()
    assert hosted["stop"] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ('{"error": {"message": "new", "code": 400}}', "new"),
        ('{"object": "error", "message": "old", "code": 400}', "old"),
        ('{"detail": "Not Found"}', "Not Found"),
        ('{"error": "Unauthorized"}', "Unauthorized"),
        ("<html>502\n Bad Gateway</html>", "<html>502 Bad Gateway</html>"),
        ("", "no reason given"),
    ],
)
def test_the_text_of_every_kind_of_error_is_found(body: str, text: str) -> None:
    assert error_text(body) == text


# Adapters


@pytest.fixture
def fakes() -> list[FakeVllm]:
    return [FakeVllm(), FakeVllm()]


@pytest.fixture
def adapters(fakes: list[FakeVllm], serve: Serve) -> Iterator[VllmAdapters]:
    adapters = VllmAdapters([serve(fake.app) for fake in fakes], seconds=1.5)
    yield adapters
    adapters.close()


NAME, PATH = "lamps-v0001-ab12cd34", "/versions/lamps-v0001-ab12cd34/adapter"


def test_an_adapter_is_loaded_everywhere_and_answers(
    adapters: VllmAdapters, fakes: list[FakeVllm], connect: Connect
) -> None:
    adapters.load(NAME, PATH)
    assert list(adapters.loaded().values()) == [{NAME: PATH}, {NAME: PATH}]
    assert [len(fake.asked) for fake in fakes] == [1, 1]
    engine = connect(*adapters.loaded(), model=NAME)
    assert say(engine) == "a canned reply"
    adapters.unload(NAME)
    assert [fake.adapters for fake in fakes] == [{}, {}]
    with pytest.raises(EngineError, match=f"The model `{NAME}` does not exist"):
        say(engine)


def test_loading_and_unloading_again_changes_nothing(adapters: VllmAdapters, fakes: list[FakeVllm]) -> None:
    fakes[0].adapters[NAME] = PATH
    adapters.load(NAME, PATH)
    adapters.load(NAME, PATH)
    assert [fake.adapters for fake in fakes] == [{NAME: PATH}, {NAME: PATH}]
    adapters.unload(NAME)
    adapters.unload(NAME)
    assert [fake.adapters for fake in fakes] == [{}, {}]


def test_a_name_is_never_used_for_another_adapter(adapters: VllmAdapters, fakes: list[FakeVllm]) -> None:
    adapters.load(NAME, PATH)
    with pytest.raises(AdapterError, match="names are never used again"):
        adapters.load(NAME, "/another/adapter")
    assert fakes[0].adapters == {NAME: PATH}


def test_a_bad_adapter_is_refused_in_the_servers_words_and_leaves_no_trace(
    adapters: VllmAdapters, fakes: list[FakeVllm]
) -> None:
    fakes[1].bad_paths[PATH] = "LoRA rank 64 is greater than max_lora_rank 16."
    with pytest.raises(AdapterError, match=r"load_lora_adapter with 400: LoRA rank 64 is greater than max_lora_rank"):
        adapters.load(NAME, PATH)
    assert [fake.adapters for fake in fakes] == [{}, {}]


def test_an_adapter_that_answers_late_is_waited_for(adapters: VllmAdapters, fakes: list[FakeVllm]) -> None:
    fakes[0].silent_probes = 1
    adapters.load(NAME, PATH)
    assert [len(fake.asked) for fake in fakes] == [2, 1]


def test_an_adapter_that_never_answers_is_given_up(adapters: VllmAdapters, fakes: list[FakeVllm]) -> None:
    fakes[1].words = ""
    with pytest.raises(AdapterError, match=rf"did not answer with {NAME} within 1\.5 s: its reply was empty"):
        adapters.load(NAME, PATH)
    assert [fake.adapters for fake in fakes] == [{}, {}]


@pytest.mark.parametrize("change", ["load", "unload"])
def test_a_server_without_runtime_lora_says_how_to_start_it(serve: Serve, change: str) -> None:
    adapters = VllmAdapters([serve(FakeVllm(runtime_lora=False, adapters={"old": PATH}).app)])
    with pytest.raises(AdapterError, match="--enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True") as refused:
        adapters.load(NAME, PATH) if change == "load" else adapters.unload("old")
    assert isinstance(refused.value, RuntimeLoraDisabledError) or change == "unload"
    adapters.close()


def test_a_server_that_is_not_there_is_named() -> None:
    adapters = VllmAdapters([f"http://127.0.0.1:{free_port()}"])
    with pytest.raises(AdapterError, match=r"http://127\.0\.0\.1:\d+/v1 cannot be reached"):
        adapters.load(NAME, PATH)
    adapters.close()
