"""Counts: no more than the rate in any window, shared by all who open the file, forgotten when their time is over."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chatbot.rates import Rate
from chatbot.store.rates import Backoff, Counted
from chatbot.store.sqlite.rates import SqliteRates

MINUTE = Counted("somebody", Rate(10, 60))
BACKOFF = Backoff("account", 5, 5, 300, 3600)


class Clock:
    """A time that only a test moves."""

    def __init__(self) -> None:
        self.moment = 1_800_000_000.25

    def __call__(self) -> float:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rates(tmp_path: Path, clock: Clock) -> Iterator[SqliteRates]:
    rates = SqliteRates(tmp_path / "home" / "rates.db", clock)
    yield rates
    rates.close()


def rows(folder: Path) -> int:
    db = sqlite3.connect(folder / "home" / "rates.db")
    try:
        return sum(db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("hits", "failures", "known"))
    finally:
        db.close()


@pytest.mark.parametrize("pause", [0.3, 1.7, 6.0, 59.0])
def test_no_window_holds_more_than_the_rate(rates: SqliteRates, clock: Clock, pause: float) -> None:
    passed = []
    for _ in range(300):
        if rates.take([MINUTE]) is None:
            passed.append(clock.moment)
        clock.moment += pause
    assert max(sum(start <= moment < start + 60 for moment in passed) for start in passed) <= 10
    assert len(passed) >= min(300, 9 * int(300 * pause / 61))


def test_the_wait_that_is_told_is_the_wait(rates: SqliteRates, clock: Clock) -> None:
    for _ in range(10):
        assert rates.take([MINUTE]) is None
        clock.moment += 1
    refusal = rates.take([MINUTE])
    assert refusal and refusal.what == "somebody" and 50 <= refusal.seconds <= 52
    clock.moment += refusal.seconds
    assert rates.take([MINUTE]) is None


def test_what_is_refused_by_one_is_counted_by_none(rates: SqliteRates) -> None:
    other = Counted("address", Rate(20, 60))
    answers = [rates.take([MINUTE, other]) for _ in range(40)]
    assert [answer is None for answer in answers] == [True] * 10 + [False] * 30
    assert [rates.take([other]) is None for _ in range(11)] == [True] * 10 + [False]


def test_pauses_grow_up_to_the_longest_and_are_forgiven(rates: SqliteRates, clock: Clock) -> None:
    pauses: list[int] = []
    while len(pauses) < 14:
        if refusal := rates.take([], BACKOFF):
            pauses[-1] = refusal.seconds
            clock.moment += refusal.seconds
        else:
            pauses.append(0)
    assert pauses == [0, 0, 0, 0, 5, 10, 20, 40, 80, 160, 300, 300, 300, 0]
    assert rates.take([], BACKOFF) is not None
    rates.forgive(BACKOFF)
    assert [rates.take([], BACKOFF) is None for _ in range(5)] == [True] * 5


def test_failures_of_long_ago_are_forgotten(rates: SqliteRates, clock: Clock) -> None:
    for _ in range(5):
        rates.take([], BACKOFF)
    clock.moment += 3601
    assert [rates.take([], BACKOFF) is None for _ in range(5)] == [True] * 5


def test_what_is_known_is_known_for_its_time(rates: SqliteRates, clock: Clock) -> None:
    rates.remember("place", 100)
    assert rates.remembers("place") and not rates.remembers("elsewhere")
    clock.moment += 101
    assert not rates.remembers("place")


@pytest.mark.parametrize("ahead", [90.0, 3600.0, 400 * 86400.0])
def test_a_clock_that_was_ahead_locks_nobody_out(rates: SqliteRates, clock: Clock, ahead: float) -> None:
    clock.moment += ahead
    for _ in range(30):
        rates.take([MINUTE], BACKOFF)
        clock.moment += 1
    clock.moment -= ahead + 30
    refusal = rates.take([MINUTE], BACKOFF)
    assert refusal is None or refusal.seconds <= 300


def test_the_file_holds_no_names_and_empties_itself(rates: SqliteRates, clock: Clock, tmp_path: Path) -> None:
    for number in range(200):
        rates.take([Counted(f"203.0.113.{number}", Rate(5, 60))], Backoff(f"person{number}", 5, 5, 300, 3600))
    files = [file.read_bytes() for file in (tmp_path / "home").iterdir()]
    assert not any(b"203.0.113" in content or b"person" in content for content in files)
    assert rows(tmp_path) == 400
    clock.moment += 3700
    rates.take([MINUTE])
    assert rows(tmp_path) == 1


def test_a_busy_key_takes_few_rows(rates: SqliteRates, clock: Clock, tmp_path: Path) -> None:
    for _ in range(1000):
        rates.take([Counted("busy", Rate(1_000_000, 60))])
        clock.moment += 0.1
    assert rows(tmp_path) <= 121


def test_threads_and_processes_count_together(tmp_path: Path) -> None:
    path, rate = tmp_path / "rates.db", Rate(40, 3600)
    program = (
        "import sys; from pathlib import Path; from chatbot.rates import Rate; from chatbot.store.rates import Counted;"
        "from chatbot.store.sqlite.rates import SqliteRates; rates = SqliteRates(Path(sys.argv[1]));"
        "print(sum(rates.take([Counted('somebody', Rate(40, 3600))]) is None for _ in range(30)))"
    )
    other = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    rates = SqliteRates(path)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: rates.take([Counted("somebody", rate)]) is None, range(30)))
    rates.close()
    assert int(other.stdout) == 30 and sum(answers) == 10
