"""The batch of OpenVINO's process, over a pipeline that writes one token a step."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from chatbot.engines.openvino_worker import READ_AGAIN, Add, Batch

RUNNING, FINISHED, CANCELLED = "running", "finished", "cancelled"


class Handle:
    """A request that ends after so many tokens."""

    def __init__(self, most: int) -> None:
        self.left, self.status, self.fresh = most, RUNNING, False

    def step(self) -> None:
        if self.status == RUNNING:
            self.left, self.fresh = self.left - 1, True
            self.status = RUNNING if self.left else FINISHED

    def cancel(self) -> None:
        self.status = CANCELLED

    def can_read(self) -> bool:
        return self.fresh

    def read(self) -> dict[int, SimpleNamespace]:
        self.fresh = False
        return {0: SimpleNamespace(generated_ids=[5])}

    def get_status(self) -> str:
        return self.status


class Pipeline:
    """A pipeline that notes what joined it."""

    def __init__(self, *options: object) -> None:
        self.handles: list[Handle] = []
        self.added: list[tuple[int, list[int], SimpleNamespace]] = []

    def add_request(self, number: int, ids: SimpleNamespace, config: SimpleNamespace) -> Handle:
        self.added.append((number, ids.data.tolist()[0], config))
        self.handles.append(Handle(config.max_new_tokens))
        return self.handles[-1]

    def has_non_finished_requests(self) -> bool:
        return any(handle.status == RUNNING for handle in self.handles)

    def step(self) -> None:
        for handle in self.handles:
            handle.step()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Pipeline]]:
    """The pipelines that were made, in the place of OpenVINO's."""
    pipelines: list[Pipeline] = []

    def make(*options: object) -> Pipeline:
        pipelines.append(Pipeline(*options))
        return pipelines[-1]

    genai = SimpleNamespace(
        SchedulerConfig=SimpleNamespace,
        GenerationConfig=SimpleNamespace,
        StructuredOutputConfig=SimpleNamespace,
        GenerationStatus=SimpleNamespace(RUNNING=RUNNING, FINISHED=FINISHED),
        ContinuousBatchingPipeline=make,
    )
    monkeypatch.setitem(sys.modules, "openvino_genai", genai)
    yield pipelines


def order(number: int, most: int = 2, schema: str = "") -> Add:
    return {"add": number, "prompt": [1, 2], "config": {"max_new_tokens": most, "eos_token_id": 9}, "schema": schema}


def test_requests_join_are_written_and_leave(made: list[Pipeline]) -> None:
    batch = Batch("model.gguf", "")
    batch.take(order(1))
    batch.take(order(2, most=1, schema="{}"))
    assert batch.step() == {"tokens": {"1": [5], "2": [5]}, "ended": ["2"]}
    assert batch.step() == {"tokens": {"1": [5]}, "ended": ["1"]}
    assert not batch.busy
    (first, second) = made[0].added
    assert first[:2] == (1, [1, 2]) and first[2].stop_token_ids == {9}
    assert second[2].structured_output_config.json_schema == "{}"


def test_a_cancelled_request_leaves_at_the_next_step(made: list[Pipeline]) -> None:
    batch = Batch("model.gguf", "")
    batch.take(order(1, most=9))
    batch.take({"cancel": 1})
    batch.take({"cancel": 8})
    assert batch.step()["ended"] == ["1"]


def test_what_was_written_alone_by_guesses_is_read_as_a_prompt(made: list[Pipeline]) -> None:
    batch = Batch("model.gguf", "alone")
    batch.take(order(1, most=1))
    assert batch.step() == {"tokens": {"1": [5]}, "ended": ["1"]}
    number, prompt, config = made[0].added[-1]
    assert (number, prompt, config.max_new_tokens) == (READ_AGAIN + 1, [1, 2, 5], 1)
    assert batch.busy and batch.step() == {"tokens": {}, "ended": []}
    assert not batch.busy
