"""Changing the version that answers: no reply is broken, and a version that does not work never takes over."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NoReturn

import pytest

from chatbot.engines import live as live_module
from chatbot.engines.base import Generation
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import EngineError, NotFoundError
from chatbot.records import ChatMessage, Sampling

WORDS = 12


class WatchedEngine(ScriptedEngine):
    """Knows how many replies it is writing and whether one was under way when it was closed."""

    def __init__(self, version: str, text: str, seconds_per_word: float = 0.0) -> None:
        super().__init__(version, lambda messages: text, seconds_per_word)
        self.closed = 0
        self.writing = 0
        self.broken = False

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        assert not self.closed
        return super().generate(messages, sampling)

    def close(self) -> None:
        self.broken |= self.writing > 0
        self.closed += 1


class SlowEngine(WatchedEngine):
    """Says its own name."""

    def __init__(self, version: str) -> None:
        super().__init__(version, " ".join([version] * WORDS), seconds_per_word=0.003)


class SilentEngine(WatchedEngine):
    def __init__(self, version: str) -> None:
        super().__init__(version, "  ")


class CrashingEngine(SilentEngine):
    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        raise RuntimeError("out of memory")


Maker = Callable[[str], WatchedEngine]


class House:
    """A champion that can be changed and engines that can be looked at."""

    def __init__(self) -> None:
        self.champion = "v1"
        self.makers: dict[str, Maker] = {}
        self.loaded: list[WatchedEngine] = []
        self.live = LiveEngine(self.load, lambda: self.champion)

    def load(self, version: str) -> tuple[WatchedEngine, None]:
        engine = self.makers.get(version, SlowEngine)(version)
        self.loaded.append(engine)
        return engine, None

    def loads_of(self, version: str) -> int:
        return sum(engine.version == version for engine in self.loaded)

    def promote(self, version: str) -> bool:
        self.champion = version
        return self.live.refresh()


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.live.close()


def test_every_reply_is_whole_and_by_one_version_while_versions_change(house: House) -> None:
    begun = threading.Barrier(9)

    def reply() -> tuple[str, list[str]]:
        with house.live.lease() as (engine, _):
            assert isinstance(engine, WatchedEngine)
            engine.writing += 1
            pieces = iter(engine.generate([], Sampling()))
            words = [next(pieces)]
            begun.wait(5)
            words += [piece.strip() for piece in pieces]
            engine.writing -= 1
            return engine.version, words

    with ThreadPoolExecutor(8) as pool:
        replies = [pool.submit(reply) for _ in range(8)]
        begun.wait(5)
        assert house.promote("v2")
        first = house.loaded[0]
        assert house.live.version == "v2"
        assert not first.closed
        assert [r.result() for r in replies] == [("v1", ["v1"] * WORDS)] * 8
    assert (first.closed, first.broken) == (1, False)
    assert house.live.swaps == 1
    with house.live.lease() as (engine, _):
        assert engine.version == "v2"


def test_an_idle_engine_is_freed_at_once(house: House) -> None:
    house.promote("v2")
    assert [engine.closed for engine in house.loaded] == [1, 0]


def test_nothing_happens_while_the_champion_stays(house: House) -> None:
    assert not house.live.refresh()
    assert len(house.loaded) == 1


def refuse_to_load(version: str) -> NoReturn:
    raise NotFoundError(f"{version} has no files")


def crash_at_loading(version: str) -> NoReturn:
    raise MemoryError("no room")


@pytest.mark.parametrize(
    ("maker", "reason"),
    [
        (refuse_to_load, "v2 has no files"),
        (crash_at_loading, "it could not be loaded: no room"),
        (SilentEngine, "it did not answer the probe"),
        (CrashingEngine, "it failed at the probe: out of memory"),
    ],
)
def test_a_version_that_does_not_work_is_refused_once_and_freed(house: House, maker: Maker, reason: str) -> None:
    attempts: list[str] = []

    def attempt(version: str) -> WatchedEngine:
        attempts.append(version)
        return maker(version)

    house.makers["v2"] = attempt
    assert not house.promote("v2")
    assert house.live.version == "v1"
    assert house.live.fault == f"v2 was refused and v1 keeps answering: {reason}"
    assert not house.live.refresh()
    assert attempts == ["v2"]
    assert [engine.closed for engine in house.loaded if engine.version == "v2"] in ([], [1])
    assert house.live.swaps == 0


def test_a_rollback_after_a_refusal_clears_the_fault(house: House) -> None:
    house.makers["v2"] = SilentEngine
    house.promote("v2")
    assert not house.promote("v1")
    assert house.live.fault is None
    assert house.promote("v3")
    assert (house.live.version, house.live.fault) == ("v3", None)


def test_a_refused_version_is_tried_again_when_it_is_promoted_again(house: House) -> None:
    house.makers["v2"] = SilentEngine
    house.promote("v2")
    house.promote("v1")
    del house.makers["v2"]
    assert house.promote("v2")
    assert house.live.version == "v2"


def test_a_rollback_brings_the_former_version_back(house: House) -> None:
    house.promote("v2")
    assert house.promote("v1")
    assert house.live.version == "v1"
    assert [engine.closed for engine in house.loaded] == [1, 1, 0]


def test_a_first_version_that_cannot_be_loaded_is_told_at_the_start() -> None:
    with pytest.raises(NotFoundError, match="v1 has no files"):
        LiveEngine(refuse_to_load, lambda: "v1")


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within 5 s"
        time.sleep(0.005)


def test_the_watcher_follows_the_champion_until_it_is_closed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "POLL_SECONDS", 0.005)
    house.live.watch()
    house.champion = "v2"
    until(lambda: house.live.version == "v2")
    house.live.close()
    assert not any(thread.name == "champion-watch" for thread in threading.enumerate())
    house.champion = "v3"
    time.sleep(0.03)
    assert house.loads_of("v3") == 0
    assert house.loaded[-1].closed


def test_the_watcher_survives_a_champion_that_cannot_be_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "POLL_SECONDS", 0.005)
    failed = threading.Event()

    def unreadable() -> str:
        failed.set()
        raise EngineError("the database is busy")

    monkeypatch.setattr(house.live, "_champion", unreadable)
    house.live.watch()
    assert failed.wait(5)
    house.champion = "v2"
    monkeypatch.setattr(house.live, "_champion", lambda: house.champion)
    until(lambda: house.live.version == "v2")


def test_at_the_start_the_fallback_answers_for_a_champion_that_cannot_be_loaded() -> None:
    def load(name: str) -> tuple[ScriptedEngine, None]:
        if name == "v1":
            raise EngineError("its file is missing")
        return ScriptedEngine(name), None

    live = LiveEngine(load, lambda: "v1", fallback="base")
    assert live.version == "base"
    assert live.fault == "v1 was refused and base answers: its file is missing"
    assert not live.refresh()
    with pytest.raises(EngineError, match="missing"):
        LiveEngine(load, lambda: "v1")
    live.close()


def test_in_the_background_replies_wait_for_the_first_engine() -> None:
    gate = threading.Event()

    def load(name: str) -> tuple[ScriptedEngine, None]:
        gate.wait(10)
        return ScriptedEngine(name), None

    live = LiveEngine(load, lambda: "v1", background=True)
    assert not live.ready
    assert live.version == "v1"
    assert not live.refresh()
    gate.set()
    with live.lease() as (engine, _):
        assert engine.version == "v1"
    assert live.ready
    live.close()


def test_what_keeps_the_first_engine_from_loading_is_told_to_who_asks() -> None:
    def load(name: str) -> tuple[ScriptedEngine, None]:
        raise EngineError("its file is missing")

    live = LiveEngine(load, lambda: "v1", background=True)
    with pytest.raises(EngineError, match="missing"), live.lease():
        pass
    live.close()


def test_what_failed_at_the_start_is_tried_again_until_its_cause_is_gone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(live_module, "RETRY_SECONDS", (0.01,))
    causes, gone = ["disk full", "disk full", "its file is missing"], threading.Event()

    def load(name: str) -> tuple[ScriptedEngine, None]:
        if causes:
            raise EngineError(causes.pop(0))
        if not gone.wait(0):
            raise EngineError("its file is missing")
        return ScriptedEngine(name), None

    live = LiveEngine(load, lambda: "base", background=True)
    until(lambda: live.failure == "its file is missing")
    assert not live.ready
    with pytest.raises(EngineError, match="missing"), live.lease():
        pass
    gone.set()
    until(lambda: live.ready)
    assert live.failure is None
    with live.lease() as (engine, _):
        assert engine.version == "base"
    assert [record.getMessage() for record in caplog.records] == [
        "nobody answers, trying again: disk full",
        "nobody answers, trying again: its file is missing",
    ]
    live.close()


def test_closing_ends_the_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "RETRY_SECONDS", (60.0,))

    def load(name: str) -> tuple[ScriptedEngine, None]:
        raise EngineError("its file is missing")

    live = LiveEngine(load, lambda: "base", background=True)
    until(lambda: live.failure is not None)
    live.close()


class Trial(House):
    """A house with a canary that answers half of the conversations."""

    def __init__(self) -> None:
        super().__init__()
        self.canary: str | None = None
        self.live.close()
        self.live = LiveEngine(self.load, lambda: self.champion, canary=lambda: self.canary, share=0.5)

    def authors(self, conversations: int = 200) -> list[str]:
        authors = []
        for number in range(conversations):
            with self.live.lease(f"conversation {number}") as (engine, _):
                authors.append(engine.version)
        return authors


@pytest.fixture
def trial() -> Iterator[Trial]:
    trial = Trial()
    yield trial
    trial.live.close()


def test_a_canary_answers_its_share_always_the_same_conversations(trial: Trial) -> None:
    trial.canary = "v2"
    assert not trial.live.refresh()
    first = trial.authors()
    assert 70 < first.count("v2") < 130 and set(first) == {"v1", "v2"}
    assert trial.authors() == first
    assert (trial.live.version, trial.live.canary, trial.live.loaded) == ("v1", "v2", ["v1", "v2"])


def test_ending_a_trial_gives_all_conversations_back_and_frees_the_canary(trial: Trial) -> None:
    trial.canary = "v2"
    trial.live.refresh()
    with trial.live.lease(next(f"conversation {n}" for n, who in enumerate(trial.authors()) if who == "v2")) as (
        held,
        _,
    ):
        trial.canary = None
        trial.live.refresh()
        assert set(trial.authors()) == {"v1"} and trial.live.canary is None
        assert isinstance(held, WatchedEngine) and held.closed == 0
    assert held.closed == 1 and trial.live.loaded == ["v1"]


def test_promoting_the_canary_takes_the_engine_that_is_loaded(trial: Trial) -> None:
    trial.canary = "v2"
    trial.live.refresh()
    trial.champion, trial.canary = "v2", None
    assert trial.live.refresh()
    assert set(trial.authors()) == {"v2"} and trial.loads_of("v2") == 1 and trial.live.loaded == ["v2"]


def test_a_canary_that_does_not_work_is_refused_once_and_the_champion_answers_all(trial: Trial) -> None:
    trial.makers["v2"] = CrashingEngine
    trial.canary = "v2"
    trial.live.refresh()
    trial.live.refresh()
    assert trial.loads_of("v2") == 1 and set(trial.authors()) == {"v1"}
    assert trial.live.fault == "v2 was refused as canary: it failed at the probe: out of memory"


def test_no_third_version_is_loaded_while_an_old_one_still_writes(house: House) -> None:
    with house.live.lease() as (old, _):
        house.promote("v2")
        waiting = threading.Thread(target=house.promote, args=("v3",))
        waiting.start()
        time.sleep(0.3)
        assert house.live.version == "v2" and house.loads_of("v3") == 0
    waiting.join(5)
    assert isinstance(old, WatchedEngine) and old.closed == 1 and house.live.version == "v3"
