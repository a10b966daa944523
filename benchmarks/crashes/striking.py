"""One kill of one process at a moment that chance draws: by the clock, or at one of its touches of files.

How long a kind of work takes, and how often it touches files, is learned from those that come to their end.
"""

import random
from dataclasses import dataclass, field, replace
from statistics import mean

from benchmarks.crashes.processes import Job, Running, start

LAST = 5
TOO_LATE = 1.05


@dataclass
class Habit:
    """How the last whole runs of a kind of work went."""

    seconds: list[float] = field(default_factory=list)
    touches: int = 0

    @property
    def known(self) -> bool:
        """Whether there was a whole run."""
        return bool(self.seconds)

    def learn(self, seconds: float, touches: int) -> None:
        """Take a whole run into account."""
        self.seconds = [*self.seconds, seconds][-LAST:]
        self.touches = touches

    def moment(self, chance: random.Random) -> float:
        """Seconds after which to kill, hardly ever later than its end."""
        return chance.uniform(0, mean(self.seconds) * TOO_LATE) if self.known else 0.0


@dataclass
class Blow:
    """What became of a process: whether it was killed, and whether it had said that all was done."""

    killed: bool
    done: bool
    running: Running

    @property
    def story(self) -> str:
        """How it ended, with its last words."""
        said = (self.running.told + self.running.warned)[-300:]
        return f"killed: {self.killed}, done: {self.done}, said: {said!r}"


def strike(job: Job, habit: Habit, chance: random.Random) -> Blow:
    """Start a process and kill it; the first of a kind is left to end, to know how long it takes."""
    by_touch = habit.touches and chance.random() < 0.5
    last = chance.randint(1, habit.touches) if by_touch else 0
    with start(replace(job, last_touch=last)) as running:
        ended = running.wait() if last or not habit.known else running.wait(habit.moment(chance))
        killed = running.kill() if ended is None else ended < 0
        if not killed and running.done:
            habit.learn(running.seconds, running.touches)
        return Blow(killed, running.done, running)


def carry_out(job: Job) -> Blow:
    """Let a process come to its end."""
    with start(job) as running:
        running.wait()
        return Blow(False, running.done, running)
