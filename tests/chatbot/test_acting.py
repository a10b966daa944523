"""Who acts: told for as long as it lasts, in the threads that a request starts, and under a number without a name."""

import getpass
import os
from typing import NoReturn

import anyio
import anyio.to_thread
import pytest
from anyio.from_thread import start_blocking_portal

from chatbot.acting import SYSTEM, TERMINAL, Doer, acting, doer, terminal_actor


def test_somebody_acts_for_as_long_as_it_lasts() -> None:
    assert doer() == Doer(SYSTEM, "")
    with acting("operator:olga", TERMINAL):
        with acting():
            assert doer() == Doer()
        assert doer() == Doer("operator:olga", TERMINAL)
    assert doer() == Doer()


def test_a_thread_that_a_request_starts_knows_of_it() -> None:
    async def request() -> Doer:
        with acting(address="192.0.2.1"):
            return await anyio.to_thread.run_sync(doer)

    with start_blocking_portal() as portal:  # a loop of its own: another may run in this thread
        assert portal.call(request) == Doer(SYSTEM, "192.0.2.1")


def test_whoever_runs_a_command_is_named_by_their_account(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal_actor() == f"operator:{getpass.getuser()}"

    def nameless() -> NoReturn:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert terminal_actor() == f"operator:{os.getuid()}"
