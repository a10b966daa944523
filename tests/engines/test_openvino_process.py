"""Orders and what comes back, against a program that speaks the worker's lines and computes nothing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatbot.engines.openvino_process import Reply, Worker
from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError
from chatbot.records import Sampling
from tests.engines.test_token_generation import Bytes

ECHO = """
import json, sys

def tell(**told):
    print(json.dumps(told), flush=True)

tell(ready=True)
for line in sys.stdin:
    order = json.loads(line)
    number = str(order.get("add", order.get("cancel")))
    if "cancel" in order:
        tell(tokens={}, ended=[number])
    elif order["schema"]:
        tell(refused=number, why="no such grammar")
    elif order["prompt"] == [0]:
        tell(failed="no memory")
        break
    elif order["prompt"] != [1]:
        tell(tokens={number: order["prompt"]}, ended=[number])
"""
Start = Callable[[str], Worker]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a worker that runs some program."""
    begun: list[Worker] = []

    def begin(program: str) -> Worker:
        (tmp_path / "program.py").write_text(program)
        monkeypatch.setattr("chatbot.engines.openvino_process.WORKER", tmp_path / "program.py")
        begun.append(Worker(tmp_path / "model.gguf"))
        return begun[-1]

    yield begin
    for worker in begun:
        worker.stop()


def asked(prompt: list[int], schema: str = "", handle: str = "7") -> Reply:
    generation = TokenGeneration(prompt, Sampling(max_new_tokens=8, schema=schema), Bytes(), lambda left: None)
    generation.handle = handle
    return Reply(generation, {"max_new_tokens": 8})


def test_tokens_reach_their_reply(start: Start) -> None:
    worker = start(ECHO)
    worker.wait()
    reply = asked(list(b"hi"))
    worker.add(reply)
    assert "".join(reply.generation) == "hi" and reply.written == list(b"hi")
    assert worker.alive and not worker.busy
    assert reply.order == {"add": 7, "prompt": list(b"hihi"), "config": {"max_new_tokens": 6}, "schema": ""}


def test_what_cannot_join_is_told_to_who_asked(start: Start) -> None:
    worker = start(ECHO)
    worker.wait()
    reply = asked(list(b"hi"), schema="{}")
    worker.add(reply)
    with pytest.raises(EngineError, match="refused the request: no such grammar"):
        list(reply.generation)


def test_replies_are_given_up_for_another_to_go_on_with(start: Start) -> None:
    worker = start(ECHO)
    worker.wait()
    kept, left = asked([1]), asked([1], handle="8")
    worker.add(kept)
    worker.add(left)
    left.generation.cancel()
    assert worker.busy and worker.give_up() == [kept] and not worker.busy
    assert list(left.generation) == [] and left.generation.usage.finish == "cancelled"


def test_a_failure_ends_what_is_under_way_and_is_told_at_the_start(start: Start) -> None:
    worker = start(ECHO)
    worker.wait()
    reply = asked([0])
    worker.add(reply)
    with pytest.raises(EngineError, match="the engine failed: no memory"):
        list(reply.generation)
    late = start("raise SystemExit(3)")
    with pytest.raises(EngineError, match=r"model\.gguf cannot be loaded by OpenVINO: exit status 3"):
        late.wait()
    assert not late.alive
