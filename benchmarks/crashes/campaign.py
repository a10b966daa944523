"""Kills on one house, round after round: a server starts and must become ready, people use it, commands run beside it,
each of them is killed, and in the end the server is; then everything that was acknowledged is looked for.
"""

import json
import random
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from benchmarks.crashes.house import BASE, PACK, House, build, empty
from benchmarks.crashes.ledger import broken, row
from benchmarks.crashes.processes import start
from benchmarks.crashes.restores import backup_faults, backup_words, restore_faults
from benchmarks.crashes.serving import POLL_SECONDS, NotReady, Served, served, server, until_ready
from benchmarks.crashes.soundness import faults, streaming
from benchmarks.crashes.striking import Blow, Habit, strike
from benchmarks.crashes.traffic import Traffic
from benchmarks.crashes.tuning import cycle_faults, job_faults, no_fine_tune_left
from benchmarks.crashes.writing import promises, writer
from chatbot.errors import PackError
from chatbot.knowledge.packs import load_pack
from chatbot.records import new_id
from chatbot.store import open_store

SERVER_KINDS = ("message", "rating", "approval", "swap")
BESIDES = ("write", "people", "promote", "import", "backup", "restore", "cycle")
TRIES = 4
JOBS_SHARE, FRESH_SHARE, SEALED_SHARE = 0.1, 0.4, 0.3
SWAP_SECONDS = 1.5
WRITE_SECONDS = 0.3


@dataclass
class Found:
    """What came of it: kills of each kind, works that ended before they were killed, and what is wrong, in words."""

    kills: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    interrupted: int = 0
    restores: int = 0
    acknowledged: int = 0
    faults: list[str] = field(default_factory=list)

    def __add__(self, other: "Found") -> "Found":
        return Found(
            self.kills + other.kills,
            self.whole + other.whole,
            self.starts + other.starts,
            self.interrupted + other.interrupted,
            self.restores + other.restores,
            self.acknowledged + other.acknowledged,
            self.faults + other.faults,
        )


def rounds(plan: Counter[str], chance: random.Random) -> Iterator[tuple[int, list[str], str]]:
    """For each kill of a running server: how many starts are killed before it, what beside it, and within what work."""
    lasts = _shuffled(plan, SERVER_KINDS, chance) or [""]
    besides = _shuffled(plan, BESIDES, chance)
    for number, last in enumerate(lasts):
        starts = len(range(number, plan["start"], len(lasts)))
        yield starts, besides[number :: len(lasts)], last


def _shuffled(plan: Counter[str], kinds: Sequence[str], chance: random.Random) -> list[str]:
    drawn = [kind for kind in kinds for _ in range(plan[kind])]
    chance.shuffle(drawn)
    return drawn


class Campaign:
    """A plan of kills by kind, carried out on a house of its own."""

    def __init__(
        self, folder: Path, plan: Counter[str], seed: int, base: str = BASE, adapter: Path | None = None
    ) -> None:
        self.found = Found()
        self._plan, self._chance = plan, random.Random(seed)
        self._house = build(folder / "house", base, adapter)
        self._spare = empty(folder / "spare", base)
        self._folder, self._adapter = folder, adapter
        self._habits: dict[str, Habit] = defaultdict(Habit)
        self._champion = self._house.versions[0]
        self._cut: dict[str, str] = {}
        self._ways: dict[str, Callable[[], None]] = {
            "write": self._write,
            "people": self._people,
            "promote": self._promote,
            "import": self._import,
            "backup": self._backup,
            "restore": self._restore,
            "cycle": self._cycle,
        }

    def run(self) -> Found:
        """Carry out the plan; ends at the first start that does not work."""
        with no_fine_tune_left(self._house.home):
            try:
                for starts, besides, last in rounds(self._plan, self._chance):
                    self._round(starts, besides, last)
                self._at_last()
            except NotReady as error:
                self._fault(str(error))
        self.found.acknowledged = len(self._house.ledger)
        return self.found

    def _round(self, starts: int, besides: list[str], last: str) -> None:
        for _ in range(starts):
            self._kill_start()
        with self._served() as at, Traffic(at.url, self._house, self._habits, self._chance.randrange(2**32)) as people:
            for kind in besides:
                self._kill_beside(kind)
            if last == "swap":
                self._swap()
            elif last:
                people.wait_for(last)
            people.end()
            self._count(last or "end", Blow(at.running.kill(), False, at.running))
        self._fault(*people.faults)
        self._cut = streaming(self._house.database)
        self._look(f"after a kill within {last or 'nothing'}")

    def _kill_beside(self, kind: str) -> None:
        for _ in range(TRIES):
            before = self.found.kills[kind]
            if before >= self._plan[kind]:
                break
            self._ways[kind]()
            if self.found.kills[kind] > before:
                break

    @contextmanager
    def _served(self) -> Iterator[Served]:
        """The server, ready and found to have made good what the one before it left."""
        with served(self._house) as at:
            self.found.starts += 1
            with closing(open_store(self._house.database)) as store:
                champion = store.versions.resolve("champion")
                cut = {reply: store.conversations.message(reply) for reply in self._cut}
            self.found.interrupted += len(cut)
            for reply, kept in cut.items():
                if (kept.status, kept.content) != ("interrupted", self._cut[reply]):
                    self._fault(f"the cut reply {reply} is {kept.status}: {kept.content!r}, was {self._cut[reply]!r}")
            if {at.version, champion} != {self._champion}:
                self._fault(f"{at.version} answers and {champion} is the champion, after {self._champion} was promoted")
            if left := streaming(self._house.database):
                self._fault(f"after a start replies count as being written: {sorted(left)}")
            self._look("after a start")
            yield at

    def _swap(self) -> None:
        """Promote the other version, and wait until the server is perhaps about to load it."""
        self._champion = next(name for name in self._house.versions if name != self._champion)
        with closing(open_store(self._house.database)) as store:
            store.versions.point("champion", self._champion, "operator:Olga")
        time.sleep(self._chance.uniform(0, SWAP_SECONDS))

    def _kill_start(self) -> None:
        if self._chance.random() < FRESH_SHARE:
            house = self._fresh()
            self._kill_start_of(house, self._habits["first start"])
            with served(house):
                self.found.starts += 1
                self._fault(*(f"after a first start that was killed: {one}" for one in faults(house.home)))
            shutil.rmtree(house.folder)
        else:
            self._kill_start_of(self._house, self._habits["start"])

    def _kill_start_of(self, house: House, habit: Habit) -> None:
        if not habit.known:
            with start(server(self._fresh() if house is not self._house else house)) as running:
                until_ready(running)
                habit.learn(running.seconds, running.touches)
        last = self._chance.randint(1, habit.touches) if self._chance.random() < 0.5 else 0
        with start(replace(server(house), last_touch=last)) as running:
            if last:
                with suppress(NotReady):
                    until_ready(running)
            else:
                running.wait(habit.moment(self._chance))
            self._count("start", Blow(running.kill(), False, running))

    def _fresh(self) -> House:
        return empty(self._folder / f"fresh-{new_id()}", self._house.base)

    def _write(self) -> None:
        name = new_id()
        with start(writer(self._house, name)) as running:
            while running.alive and not running.told:
                time.sleep(POLL_SECONDS)
            running.wait(self._chance.uniform(0, WRITE_SECONDS))
            self._count("write", Blow(running.kill(), False, running))
            self._house.ledger.add(*promises(name, running.told))

    def _people(self) -> None:
        name = f"key-{new_id()}"
        blow = self._strike("people", "chatbot", "key", "add", name)
        if blow.done:
            self._house.ledger.add(row("api_keys", name=name))

    def _promote(self) -> None:
        before, version = self._champion, next(name for name in self._house.versions if name != self._champion)
        blow = self._strike("promote", "training", "promote", version)
        with closing(open_store(self._house.database)) as store:
            self._champion = store.versions.resolve("champion")
        if self._champion != version and (blow.done or self._champion != before):
            self._fault(f"{self._champion} is the champion, {before} was, and {version} was promoted: {blow.story}")

    def _import(self) -> None:
        if self._adapter and self._chance.random() < 0.5:
            blow = self._strike("import registered", "training", "register", str(self._adapter), "--json")
            self._registered(blow)
        else:
            pack, articles = self._house.folder / "packs" / new_id(), self._house.folder / PACK / "articles"
            blow = self._strike("import", "chatbot", "pack", "new", str(pack), "--articles", str(articles))
            self._fault(*pack_faults(pack, articles, blow.done))

    def _backup(self) -> None:
        path, sealed = self._house.folder / "backups" / new_id(), self._chance.random() < SEALED_SHARE
        blow = self._strike(f"backup {sealed}", "chatbot", *backup_words(self._house, path, sealed))
        self._fault(*backup_faults(self._house, path, blow.done))
        shutil.rmtree(path.parent, ignore_errors=True)

    def _restore(self) -> None:
        found, blow = restore_faults(self._house, self._spare, self._habits["restore"], self._chance)
        self.found.restores += 1
        self._count("restore", blow)
        self._fault(*found)

    def _cycle(self) -> None:
        habit = self._habits["cycle"]
        begun_by_server = habit.known and self._chance.random() < JOBS_SHARE
        found, blows = (job_faults if begun_by_server else cycle_faults)(self._house, habit, self._chance)
        self._fault(*found)
        for blow in blows:
            self._count("cycle", blow)
            self._registered(blow)
        with closing(open_store(self._house.database)) as store:
            self._champion = store.versions.resolve("champion")

    def _registered(self, blow: Blow) -> None:
        if blow.done and blow.running.told.startswith("{"):
            self._house.ledger.add(row("versions", name=json.loads(blow.running.told)["version"]))

    def _strike(self, work: str, name: str, *argv: str) -> Blow:
        """Kill a command; `work` is its kind, with what else decides how long it takes."""
        blow = strike(self._house.job(name, *argv), self._habits[work], self._chance)
        self._count(work.split()[0], blow)
        if not (blow.killed or blow.done):
            self._fault(f"{name} {argv[0]} failed: {blow.story}")
        return blow

    def _count(self, kind: str, blow: Blow) -> None:
        (self.found.kills if blow.killed else self.found.whole)[kind] += 1

    def _look(self, when: str) -> None:
        lost = self._house.ledger.broken(self._house.database)
        self._fault(*(f"{when}: {one}" for one in (*lost, *faults(self._house.home))))

    def _fault(self, *found: str) -> None:
        self.found.faults += found

    def _at_last(self) -> None:
        """Both homes must serve, and everything that was ever acknowledged must still be there."""
        with self._served():
            self._fault(*broken(self._house.ledger.so_far(), self._house.database))
        if self._spare.database.is_file():
            with served(self._spare):
                self.found.starts += 1


def pack_faults(pack: Path, articles: Path, done: bool) -> list[str]:
    """What is wrong with a new pack: what loads as one has all of its articles, and it loads once it was promised."""
    try:
        held = {piece.article for piece in load_pack(pack).pieces}
    except PackError as error:
        return [f"a new pack that was promised does not load: {error}"] if done else []
    missing = {file.stem for file in articles.iterdir()} - held
    return [f"a new pack loads without {', '.join(sorted(missing))}"] if missing else []
