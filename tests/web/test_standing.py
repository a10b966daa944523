"""What keeps the assistant from answering is told when it begins and when it is over, and not in between."""

import queue

from chatbot.broker import Happening
from chatbot.dialogue.session import Session
from chatbot.engines.scripted import ScriptedEngine
from chatbot.web.chat_view import AWAY
from chatbot.web.standing import Standing
from tests.web.conftest import answer_with


class Unreachable(ScriptedEngine):
    """An engine whose servers are down."""

    available = False


def test_open_pages_are_told_whether_the_assistant_can_answer(session: Session) -> None:
    told: queue.SimpleQueue[Happening] = queue.SimpleQueue()
    standing = Standing(session, 0.01)
    session.store.broker.listen(told.put)
    standing.start()
    answer_with(session, Unreachable("base"))
    assert told.get(timeout=10) == Happening("status", "", {"notice": AWAY, "opens": ""})
    answer_with(session, ScriptedEngine("base"))
    assert told.get(timeout=10) == Happening("status", "", {"notice": "", "opens": ""})
    standing.close()
    answer_with(session, Unreachable("base"))
    assert told.empty()
