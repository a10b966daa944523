"""Happenings reach whoever wants them, in order, from any thread; who does not keep up is told so."""

import threading

from chatbot.broker import LOST, Broker, Happening
from tests.loops import run


def test_a_subscriber_reads_what_other_threads_publish_and_nothing_unwanted() -> None:
    async def read() -> list[Happening | None]:
        broker = Broker()
        with broker.subscribe(lambda happening: happening.conversation == "mine") as subscription:
            for name in ("mine", "another", "mine"):
                thread = threading.Thread(target=broker.publish, args=[Happening("case", name)])
                thread.start()
                thread.join()
            return [await subscription.next(0.5), await subscription.next(0.5), await subscription.next(0.01)]

    assert run(read()) == [Happening("case", "mine"), Happening("case", "mine"), None]


def test_who_does_not_keep_up_is_told_to_read_everything_anew() -> None:
    async def read() -> list[Happening | None]:
        broker = Broker()
        with broker.subscribe(lambda happening: True, most_unread=2) as subscription:
            for number in range(3):
                broker.publish(Happening("message", str(number)))
            return [await subscription.next(0.5), await subscription.next(0.01)]

    assert run(read()) == [LOST, None]


def test_nobody_is_told_who_does_not_listen_any_more() -> None:
    broker, heard = Broker(), list[Happening]()
    stop = broker.listen(heard.append)
    broker.publish(LOST)
    stop()
    broker.publish(LOST)
    assert heard == [LOST]


def test_a_subscription_of_a_loop_that_has_ended_is_forgotten() -> None:
    broker = Broker()

    async def leave() -> None:
        broker.subscribe(lambda happening: True)

    run(leave())
    broker.publish(LOST)
    assert broker._listeners == ()
