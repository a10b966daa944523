"""The crash harness finds what is lost, damaged or half done where a fault is planted, and nothing in the product."""

import fcntl
import json
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlite_utils import Database as SqliteDatabase

from benchmarks.crash import SHARES, command, plan_of
from benchmarks.crashes.campaign import Campaign, pack_faults, rounds
from benchmarks.crashes.house import House, build, empty
from benchmarks.crashes.ledger import Ledger
from benchmarks.crashes.processes import SERVING, Job, import_first, start
from benchmarks.crashes.restores import State, restore_faults
from benchmarks.crashes.soundness import faults
from benchmarks.crashes.striking import Habit, strike
from benchmarks.crashes.tuning import Watch, fine_tunes
from benchmarks.crashes.writing import promises, write, writer
from chatbot.store.sqlite.database import Database
from training.runs.lock import TrainingLock

import_first(*SERVING, __name__)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    return build(tmp_path_factory.mktemp("crash") / "house")


def written(job: Job, name: str) -> list[str]:
    """What a writer said it stored before it was killed."""
    with start(job) as running:
        while running.told.count("\n") < 30:
            assert running.alive, running.warned
            time.sleep(0.01)
        assert running.kill()
        return running.told.splitlines()


def test_what_a_killed_writer_stored_is_there(house: House) -> None:
    said = written(writer(house, "Wanda"), "Wanda")
    house.ledger.add(*promises("Wanda", "\n".join(said) + "\n"))
    assert len(house.ledger) == 2 * len(said) and house.ledger.broken(house.database) == []
    assert faults(house.home) == []


def acknowledges_early(database: Path, name: str) -> int:
    """A store that says a write is there and commits now and then."""

    @contextmanager
    def lazily(self: Database) -> Iterator[SqliteDatabase]:
        db = self.here
        self._local.happened, self._local.events = [], []
        if not db.conn.in_transaction:
            db.conn.execute("begin immediate")
        yield db
        counted.append(1)
        if len(counted) % 200 == 0:
            db.conn.commit()

    counted: list[int] = []
    Database.writing = lazily  # type: ignore[method-assign]
    return write(database, name)


def test_a_store_that_acknowledges_before_it_commits_is_found(house: House) -> None:
    job = replace(writer(house, "Eve"), run=partial(acknowledges_early, house.database, "Eve"))
    ledger, lost = Ledger(), []
    for _ in range(5):
        ledger.add(*promises("Eve", "\n".join(written(job, "Eve")) + "\n"))
        lost = ledger.broken(house.database)
        if lost:
            break
    assert lost and lost[0].startswith("lost: messages: id ")


def takes_any_lock(home: Path) -> int:
    """A fine-tune under a lock that everybody gets."""
    fcntl.flock = lambda descriptor, operation: None
    kept = TrainingLock.take(home)
    print("training", flush=True)
    time.sleep(600)
    return kept is None


def test_two_fine_tunes_at_once_are_found(house: House) -> None:
    job = Job(partial(takes_any_lock, house.home), house.folder, house.environment)
    with Watch(house.home) as watch, start(job) as first, start(job) as second:
        while not (first.told and second.told and watch.most == 2):
            assert first.alive and second.alive
            time.sleep(0.01)
        assert len(fine_tunes(house.home)) == 2
    assert fine_tunes(house.home) == set()


def test_what_is_listed_and_not_whole_is_found(tmp_path: Path) -> None:
    house = build(tmp_path / "house")
    before = State.of(house.database)
    assert faults(house.home) == [] and before.is_in(house.database)
    weights = house.home / "versions" / house.versions[0] / "adapter" / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1])
    (house.home / "cookie.key").write_text("")
    with closing(sqlite3.connect(house.database)) as db, db:
        db.execute("update versions set measures = '{} '")
        db.execute("drop trigger events_are_never_changed")
        db.execute("update events set subject = 'x' where number = 2")
        db.execute("insert into aliases values ('canary', 'gone', null, '')")
    told = faults(house.home)
    assert [one.partition(" ")[0] for one in told] == ["audit", "version", "canary", "cookie.key"]
    assert not before.is_in(house.database)


def test_half_a_pack_is_found(house: House) -> None:
    articles = house.folder / "lamps" / "articles"
    assert pack_faults(house.folder / "lamps", articles, True) == []
    assert pack_faults(house.folder / "nothing", articles, False) == []
    assert "does not load" in pack_faults(house.folder / "nothing", articles, True)[0]


def opens_files(folder: Path) -> int:
    for name in ("a", "b"):
        (folder / name).write_text("whole")
    (folder / "b").rename(folder / "c")
    print("done", flush=True)
    return 0


def test_a_process_dies_at_a_touch(tmp_path: Path) -> None:
    left = []
    for last in range(1, 7):
        folder = tmp_path / str(last)
        folder.mkdir()
        with start(Job(partial(opens_files, folder), folder, {}, last_touch=last)) as running:
            code = running.wait()
            assert (code, running.touches) == ((0, 5) if last == 6 else (-9, last))
        left.append({file.name: file.read_text() for file in folder.glob("?")})
    assert left[:4] == [{}, {"a": ""}, {"a": "whole"}, {"a": "whole", "b": ""}]
    assert left[4:] == [{"a": "whole", "b": "whole"}, {"a": "whole", "c": "whole"}]


def test_the_first_of_a_kind_ends_and_the_next_are_killed(tmp_path: Path) -> None:
    habit, chance = Habit(), random.Random(1)
    blows = []
    for number in range(6):
        (tmp_path / str(number)).mkdir()
        job = Job(partial(opens_files, tmp_path / str(number)), tmp_path / str(number), {})
        blows.append(strike(job, habit, chance))
    assert blows[0].done and not blows[0].killed and habit.touches == 5
    assert any(blow.killed for blow in blows[1:])


def test_a_plan_has_every_kind_and_as_many_points() -> None:
    for points in (12, 60, 1000):
        plan = plan_of(points)
        assert plan.total() == points and set(plan) == set(SHARES)
        drawn = list(rounds(plan, random.Random(0)))
        assert sum(starts + len(besides) + 1 for starts, besides, _ in drawn) == points


def test_a_few_kills_of_the_product_lose_nothing(tmp_path: Path) -> None:
    plan = Counter({"message": 1, "write": 2})
    found = Campaign(tmp_path, plan, seed=3).run()
    assert found.faults == []
    assert found.kills == plan and found.acknowledged > 20 and found.starts == 2


def test_restores_are_proven_to_the_byte(house: House, tmp_path: Path) -> None:
    spare, habit, chance = empty(tmp_path / "spare"), Habit(), random.Random(2)
    with start(writer(house, "Willi")):
        told = [restore_faults(house, spare, habit, chance) for _ in range(2)]
    assert [found for found, _ in told] == [[], []] and told[0][1].done
    assert State.of(spare.database).entries > 2


@pytest.mark.parametrize(("lost", "code"), [([], 0), (["lost: x"], 1)])
def test_what_is_lost_is_the_exit_code(monkeypatch: pytest.MonkeyPatch, lost: list[str], code: int) -> None:
    monkeypatch.setattr("benchmarks.crash.crash", lambda points, seed: {"faults": lost})
    ended = CliRunner().invoke(command, ["--json"])
    assert ended.exit_code == code and json.loads(ended.stdout)["faults"] == lost
