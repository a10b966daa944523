"""A seat knows whose engine it holds."""

from chatbot.engines.scripted import ScriptedEngine
from chatbot.engines.seat import Seat


def test_a_seat_has_its_engines_version_and_begins_free() -> None:
    engine = ScriptedEngine("v1")
    seat = Seat((engine, "companion"))
    assert (seat.engine, seat.companion, seat.version) == (engine, "companion", "v1")
    assert (seat.leases, seat.retired) == (0, False)
