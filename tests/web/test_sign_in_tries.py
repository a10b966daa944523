"""How often somebody may try to sign in, and that nobody else can keep them from it."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from chatbot.errors import BusyError
from chatbot.store.sqlite.rates import SqliteRates
from chatbot.web.sign_in_tries import SignInTry

HOME = "192.0.2.1"


class Door:
    """Tries at a time that the test sets."""

    def __init__(self, folder: Path) -> None:
        self.moment = 1_800_000_000.0
        self.rates = SqliteRates(folder / "rates.db", lambda: self.moment)

    def attempt(self, name: str, address: str) -> SignInTry:
        return SignInTry(self.rates, SimpleNamespace(client=SimpleNamespace(host=address)), name)

    def refused(self, name: str, address: str) -> int:
        """The seconds to wait; 0 where the try was let through."""
        try:
            self.attempt(name, address)
        except BusyError as error:
            return error.retry_after or 0
        return 0


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return Door(tmp_path)


def test_an_account_is_limited_however_many_addresses_try(door: Door) -> None:
    waits = [door.refused("Anna", f"198.51.100.{number}") for number in range(200)]
    assert sum(wait == 0 for wait in waits) == 5
    with pytest.raises(BusyError, match=r"^Too many attempts for this name\. Try again in \d\d seconds\.$"):
        door.attempt("Anna", "198.51.100.201")


def test_an_address_is_limited_however_many_names_it_tries(door: Door) -> None:
    waits = [door.refused(f"name{number}", HOME) for number in range(30)]
    assert sum(wait == 0 for wait in waits) == 10
    with pytest.raises(BusyError, match=r"^Too many attempts from your address\."):
        door.attempt("another", HOME)


def test_spellings_of_a_name_are_one_name(door: Door) -> None:
    names = ("Anna", "anna", " ANNA ", "Ａnna", "aNNa")
    assert [door.refused(name, f"198.51.100.{n}") for n, name in enumerate(names)] == [0] * 5
    assert door.refused("Anna", HOME) > 0


def test_pauses_grow_and_never_pass_five_minutes(door: Door) -> None:
    tries, waits = 0, []
    start = door.moment
    while door.moment < start + 3 * 3600:
        wait = door.refused("Anna", f"198.51.{tries // 250}.{tries % 250}")
        tries += wait == 0
        waits.append(wait)
        door.moment += max(wait, 0.01)
    assert max(waits) == 300 and tries < 50


def test_a_stranger_keeps_nobody_out_of_where_they_always_sign_in(door: Door) -> None:
    door.attempt("Anna", HOME).succeeded()
    for number in range(100):
        door.refused("Anna", f"198.51.100.{number}")
        door.refused("Anna", f"203.0.113.{number}")
        door.moment += 13
        door.attempt("Anna", HOME).succeeded()
    assert door.refused("Anna", "198.51.100.200") > 0


def test_known_places_and_all_others_have_ten_tries_a_minute_together(door: Door) -> None:
    for number in range(20):
        door.attempt("Anna", f"192.0.2.{number}").succeeded()
        door.moment += 61
    tried = [door.refused("Anna", f"{net}.{number}") for number in range(20) for net in ("192.0.2", "198.51.100")]
    assert sum(wait == 0 for wait in tried) == 10


def test_success_forgets_failures(door: Door) -> None:
    for _ in range(4):
        door.attempt("Anna", HOME)
    door.moment += 61
    door.attempt("Anna", HOME).succeeded()
    door.moment += 61
    assert [door.refused("Anna", HOME) for _ in range(4)] == [0] * 4
