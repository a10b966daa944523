"""Every engine on the real base model: it streams whole characters, stops when told, and serves many at once."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from chatbot import engine_kinds
from chatbot.engines import openvino
from chatbot.engines.base import Engine
from chatbot.engines.base_model import find_base_model
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.transformers import TransformersEngine
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling
from tests.packs import write_pack

PROMPT: list[ChatMessage] = [
    {"role": "system", "content": "You tell stories."},
    {"role": "user", "content": "Tell me a long story about a lamp and use the emoji 🌟 often."},
]


ENGINES = ["openvino", "openvino twice", "openvino guessing", "transformers", "remote", "scripted"]


def test_every_engine_that_can_be_set_is_tried_here() -> None:
    assert {name.split()[0] for name in ENGINES} == set(engine_kinds.ENGINES)


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, real_home: Path) -> Iterator[Engine]:
    if request.param == "remote":
        yield request.getfixturevalue("remote")
        return
    base = find_base_model("smollm2-135m-instruct", real_home)
    made: dict[str, Engine] = {}
    if request.param.startswith("openvino"):
        gguf = base.gguf
        assert gguf is not None
        with pytest.MonkeyPatch.context() as patch:
            if request.param.endswith("guessing"):
                patch.setattr(openvino, "LARGEST_TWICE", 0)  # as of a large model
            made["engine"] = OpenVinoEngine(gguf, base, "base", writes=request.param != "openvino")
    elif request.param == "transformers":
        made["engine"] = TransformersEngine(base, "base")
    else:
        made["engine"] = ScriptedEngine("base", lambda messages: " ".join(["a 🌟 story"] * 40), seconds_per_word=0.01)
    yield made["engine"]
    made["engine"].close()


def test_it_streams_whole_characters_and_counts(engine: Engine) -> None:
    generation = engine.generate(PROMPT, Sampling(max_new_tokens=24))
    pieces = list(generation)
    assert len(pieces) > 3
    assert all(pieces)
    assert "\ufffd" not in "".join(pieces)
    assert generation.usage.prompt_tokens == engine.count_tokens(PROMPT)
    assert generation.usage.completion_tokens == 24
    assert generation.usage.finish == "length"


def test_a_reply_that_ends_by_itself_says_so(engine: Engine) -> None:
    prompt: list[ChatMessage] = [{"role": "user", "content": "Say only the word yes."}]
    generation = engine.generate(prompt, Sampling(max_new_tokens=200))
    assert "".join(generation)
    assert generation.usage.finish == "stop"
    assert generation.usage.completion_tokens < 200


def test_a_reply_ends_before_a_stop_string(engine: Engine) -> None:
    whole = "".join(engine.generate(PROMPT, Sampling(max_new_tokens=30)))
    stop = whole[20:30]
    generation = engine.generate(PROMPT, Sampling(max_new_tokens=30, stop=("§", stop)))
    assert "".join(generation) == whole[: whole.index(stop)]
    assert generation.usage.finish == "stop"
    assert 0 < generation.usage.completion_tokens < 30


def test_greedy_is_reproducible(engine: Engine) -> None:
    first, second = ("".join(engine.generate(PROMPT, Sampling(max_new_tokens=12))) for _ in range(2))
    assert first == second


def test_settings_near_zero_are_the_likeliest_token(engine: Engine) -> None:
    assert "".join(engine.generate(PROMPT, Sampling(max_new_tokens=6, temperature=1e-50)))
    assert "".join(engine.generate(PROMPT, Sampling(max_new_tokens=6, temperature=0.5, top_p=1e-50)))


def test_a_cancelled_reply_ends_at_once(engine: Engine) -> None:
    generation = engine.generate(PROMPT, Sampling(max_new_tokens=400))
    pieces = iter(generation)
    next(pieces)
    began = time.monotonic()
    generation.cancel()
    generation.cancel()
    rest = list(pieces)
    assert len(rest) < 20
    assert time.monotonic() - began < 10
    assert generation.usage.finish == "cancelled"


@pytest.mark.parametrize("engine", ["openvino", "openvino twice", "remote"], indirect=True)
def test_a_reply_satisfies_its_schema(engine: Engine) -> None:
    assert engine.structured
    choice = {"type": "object", "properties": {"name": {"enum": ["Ann", "Bob"]}}, "required": ["name"]}
    said = json.loads("".join(engine.generate(PROMPT, Sampling(max_new_tokens=40, schema=json.dumps(choice)))))
    assert said["name"] in ("Ann", "Bob")


@pytest.mark.parametrize("engine", ["openvino twice"], indirect=True)
def test_a_reply_written_alone_goes_on_beside_others(engine: Engine) -> None:
    assert isinstance(engine, OpenVinoEngine)
    alone = engine.generate(PROMPT, Sampling(max_new_tokens=120))
    pieces = iter(alone)
    begun = "".join(next(pieces) for _ in range(3))
    assert [worker.busy for worker in engine._workers] == [False, True]
    other = engine.generate(PROMPT, Sampling(max_new_tokens=20))
    assert [worker.busy for worker in engine._workers] == [True, False]
    whole = begun + "".join(pieces)
    assert "".join(other) and other.usage.completion_tokens <= 20
    assert alone.usage.finish in ("stop", "length") and 20 < alone.usage.completion_tokens <= 120
    assert len(whole) > alone.usage.completion_tokens


@pytest.mark.parametrize("engine", ["openvino twice"], indirect=True)
def test_a_reply_that_is_cancelled_as_another_joins_ends(engine: Engine) -> None:
    alone = engine.generate(PROMPT, Sampling(max_new_tokens=120, temperature=0.7))
    next(iter(alone))
    alone.cancel()
    assert "".join(engine.generate(PROMPT, Sampling(max_new_tokens=4)))
    assert len(list(alone)) < 20
    assert alone.usage.finish == "cancelled"


def test_an_engine_whose_process_failed_or_was_killed_answers_the_next(real_home: Path) -> None:
    base = find_base_model("smollm2-135m-instruct", real_home)
    gguf = base.gguf
    assert gguf is not None
    others = psutil.Process().children()
    engine = OpenVinoEngine(gguf, base, "base")
    try:
        with pytest.raises(EngineError, match="the engine failed"):
            list(engine.generate(PROMPT, Sampling(max_new_tokens=4, schema="no schema")))
        pieces = iter(engine.generate(PROMPT, Sampling(max_new_tokens=400)))
        next(pieces)
        with pytest.raises(EngineError, match="refused the request"):
            list(engine.generate(PROMPT, Sampling(max_new_tokens=4, repetition_penalty=-1.0)))
        (worker,) = (child for child in psutil.Process().children() if child not in others)
        worker.kill()
        with pytest.raises(EngineError, match="exit status -9"):
            list(pieces)
        assert "".join(engine.generate(PROMPT, Sampling(max_new_tokens=4)))
    finally:
        engine.close()
    assert psutil.Process().children() == others


def test_the_engines_process_ends_with_whoever_started_it(real_home: Path) -> None:
    gguf = find_base_model("smollm2-135m-instruct", real_home).gguf
    starting = [sys.executable, "-c", STARTING, str(gguf)]
    with subprocess.Popen(starting, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout
        worker = psutil.Process(int(starter.stdout.readline()))
        starter.kill()
    worker.wait(10)


def test_many_are_answered_at_once(engine: Engine) -> None:
    def ask(number: int) -> str:
        prompt = [PROMPT[0], ChatMessage(role="user", content=f"Story number {number}, please.")]
        return "".join(engine.generate(prompt, Sampling(max_new_tokens=8)))

    with ThreadPoolExecutor(6) as pool:
        replies = list(pool.map(ask, range(6)))
    assert all(replies)


def test_a_file_that_is_no_model_is_refused(real_home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"not a model")
    base = find_base_model("smollm2-135m-instruct", real_home)
    with pytest.raises(EngineError, match=r"broken\.gguf"):
        OpenVinoEngine(broken, base, "broken")


def test_index_and_engine_load_side_by_side(real_home: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(real_home / "models")
    pack = write_pack(tmp_path / "lamps")
    done = subprocess.run([sys.executable, "-c", OPENING, pack], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "base Hello", done.stderr


STARTING = """
import sys
from pathlib import Path
import psutil
from chatbot.engines.openvino_process import Worker
worker = Worker(Path(sys.argv[1]))
worker.wait()
print(psutil.Process().children()[0].pid, flush=True)
sys.stdin.read()
"""

OPENING = """
import sys
from chatbot.dialogue.opening import open_session
from chatbot.settings import load_settings
from chatbot.store import open_store
settings = load_settings(max_new_tokens=1, pack=sys.argv[1])
session = open_session(settings, open_store(settings.database))
with session.live.lease() as (engine, knowledge):
    said = "".join(engine.generate([{"role": "user", "content": "Hello"}], session.sampling()))
print(engine.version, "Hello" if said and knowledge else said)
session.live.close()
"""
