"""A seat knows whose engine it holds."""

from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.seat import Seat


def test_a_seat_has_its_engines_version_and_begins_free() -> None:
    engine = ScriptedEngine("v1")
    seat = Seat((engine, "companion"))
    assert (seat.engine, seat.companion, seat.version) == (engine, "companion", "v1")
    assert (seat.leases, seat.retired) == (0, False)


def test_a_companion_is_made_of_the_one_that_is_there_at_last() -> None:
    seat = Seat((ScriptedEngine("v1"), "a"))
    made: list[str] = []

    def make(held: str) -> str:
        made.append(held)
        if held == "a":
            seat.renew(lambda _: "b")  # somebody else is quicker
        return f"{held}!"

    seat.renew(make)
    assert made == ["a", "b"] and seat.companion == "b!"
