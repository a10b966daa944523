"""Places for replies: bounded, fair between people, given back whatever happens."""

import threading
import time
from collections.abc import Callable

import pytest

from chatbot.dialogue.admission import Admission
from chatbot.errors import BusyError


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def until_waiting(admission: Admission, number: int) -> None:
    until(lambda: admission.waiting == number)


def enter(admission: Admission, who: str, order: list[str], leave: threading.Event) -> threading.Thread:
    def stay() -> None:
        with admission.place(who):
            order.append(who)
            leave.wait(5)

    thread = threading.Thread(target=stay)
    thread.start()
    return thread


def test_places_are_bounded_and_given_back_after_an_error() -> None:
    admission = Admission(1, 0)
    with pytest.raises(ZeroDivisionError), admission.place("ann") as waited:
        assert admission.running == 1 and waited < 1
        with pytest.raises(BusyError, match="try again"):
            admission.check("ben")
        raise ZeroDivisionError
    assert admission.running == 0
    admission.check("ben")


def test_one_persons_many_questions_do_not_keep_another_waiting() -> None:
    admission, order, leave = Admission(1, 16), list[str](), threading.Event()
    threads = [enter(admission, "ann", order, leave)]
    until(lambda: admission.running == 1)
    for number, who in enumerate(["ann", "ann", "ann", "ben"], start=1):
        threads.append(enter(admission, who, order, leave))
        until_waiting(admission, number)
    assert order == ["ann"]
    leave.set()
    for thread in threads:
        thread.join(5)
    assert order == ["ann", "ben", "ann", "ann", "ann"]
    assert (admission.running, admission.waiting) == (0, 0)


def test_a_full_queue_and_a_quarter_of_it_for_one_person_are_refused_at_once() -> None:
    admission, leave = Admission(1, 4), threading.Event()
    threads = [enter(admission, "ann", [], leave)]
    until(lambda: admission.running == 1)
    threads.append(enter(admission, "ann", [], leave))
    until_waiting(admission, 1)
    with pytest.raises(BusyError):
        admission.check("ann")
    for number, who in enumerate(["ben", "cat", "dan"], start=2):
        threads.append(enter(admission, who, [], leave))
        until_waiting(admission, number)
    with pytest.raises(BusyError) as busy:
        admission.check("eve")
    assert busy.value.retry_after and busy.value.retry_after >= 1
    leave.set()
    for thread in threads:
        thread.join(5)


def test_the_time_to_try_again_follows_how_long_replies_take() -> None:
    admission = Admission(1, 0)
    for _ in range(80):
        with admission.place("ann"):
            pass
    with admission.place("ann"), pytest.raises(BusyError) as busy:
        admission.check("ben")
    assert busy.value.retry_after == 1
