"""A version that is only tried: loaded once, kept for a while, and never in the way of those that answer."""

import time
from collections.abc import Iterator

import pytest

from chatbot.engines.guest import Guest
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, EngineError


class House:
    """A champion that can be changed, and what was loaded and closed."""

    def __init__(self) -> None:
        self.champion = "v1"
        self.loaded: list[str] = []
        self.closed: list[str] = []
        self.live = LiveEngine(self.load, lambda: self.champion)

    def load(self, version: str) -> tuple[ScriptedEngine, str]:
        if version == "broken":
            raise EngineError("its file is damaged")
        house = self

        class Closing(ScriptedEngine):
            def close(self) -> None:
                house.closed.append(version)

        self.loaded.append(version)
        return Closing(version), f"knowledge of {version}"


@pytest.fixture
def house() -> Iterator[House]:
    house = House()
    yield house
    house.live.close()


def test_a_version_that_answers_is_not_loaded_again(house: House) -> None:
    guest = Guest(house.live, lambda: None)
    with guest.lease("v1") as (engine, knowledge):
        assert (engine.version, knowledge) == ("v1", "knowledge of v1")
    assert house.loaded == ["v1"] and guest.version is None


def test_another_is_loaded_once_and_makes_room_for_the_next(house: House) -> None:
    guest = Guest(house.live, lambda: None)
    for _ in range(2):
        with guest.lease("v2") as (engine, _):
            assert engine.version == guest.version == "v2"
    with guest.lease("v3"):
        assert guest.version == "v3"
    assert (house.loaded, house.closed) == (["v1", "v2", "v3"], ["v2"])


def test_one_that_is_being_asked_stays(house: House) -> None:
    guest = Guest(house.live, lambda: None)
    with guest.lease("v2"):
        with pytest.raises(BusyError, match="v2 is being asked"), guest.lease("v3"):
            pass
        guest.leave()
        assert house.closed == []
    assert house.closed == ["v2"]


def test_a_new_champion_finds_the_memory_free(house: House) -> None:
    guest = Guest(house.live, lambda: None)
    with guest.lease("v2"):
        pass
    house.champion = "v3"
    assert house.live.refresh()
    assert guest.version is None and house.closed == ["v2", "v1"]


def test_what_others_know_anew_is_not_known_by_a_guest_that_stays(house: House) -> None:
    guest = Guest(house.live, lambda: None)
    with guest.lease("v2"):
        pass
    house.live.renew(lambda known: f"{known}, anew")
    assert guest.version is None
    with guest.lease("v1") as (_, knowledge):
        assert knowledge == "knowledge of v1, anew"


def test_it_leaves_by_itself(house: House) -> None:
    guest = Guest(house.live, lambda: None, stays_seconds=0.01)
    with guest.lease("v2"):
        time.sleep(0.05)
        assert guest.version == "v2"
    over = time.monotonic() + 5
    while guest.version and time.monotonic() < over:
        time.sleep(0.01)
    assert house.closed == ["v2"]


def test_what_does_not_fit_or_load_is_said(house: House) -> None:
    def full() -> None:
        raise EngineError("too little memory")

    with pytest.raises(EngineError, match="too little memory"), Guest(house.live, full).lease("v2"):
        pass
    with (
        pytest.raises(EngineError, match="broken cannot be tried: its file is damaged"),
        Guest(house.live, lambda: None).lease("broken"),
    ):
        pass
    assert house.loaded == ["v1"]
