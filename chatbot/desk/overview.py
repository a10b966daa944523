"""How the bot did of late, beside the time before, and what somebody should do next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from chatbot.desk.to_learn import find_to_learn
from chatbot.errors import InputError
from chatbot.store import Store
from chatbot.store.cases import CaseFilter
from chatbot.store.figures import Tallies, Tally, quiet_since

MOST_DAYS = 366
StepKind = Literal["waiting", "run", "second", "held", "missed", "disliked", "learn", "begin"]


@dataclass(frozen=True)
class Step:
    """Something to do next, in words."""

    kind: StepKind
    text: str


@dataclass(frozen=True)
class Overview:
    """The last `days`, today among them, as UTC has them, and what as many days `before` came to in all."""

    days: int
    tallies: Tallies
    before: Tally

    def by_day(self, today: datetime | None = None) -> Iterator[tuple[str, Tally]]:
        """Every day with what its conversations came to, those without any among them."""
        last = (today or datetime.now(UTC)).date()
        for back in reversed(range(self.days)):
            day = (last - timedelta(days=back)).isoformat()
            yield day, self.tallies.days.get(day, Tally())


def overview(store: Store, pack: str, days: int) -> Overview:
    """How a pack's conversations went in so many days."""
    check_days(days)
    now = datetime.now(UTC)
    quiet = quiet_since(now)
    since, today = now - timedelta(days=days - 1), _day(now)
    before = _day(since - timedelta(days=days)), _day(since - timedelta(days=1))
    tallies = store.figures.tallies(pack, _day(since), today, quiet)
    return Overview(days, tallies, store.figures.tallies(pack, *before, quiet).whole)


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def begun(days: int, now: datetime | None = None) -> str:
    """When the first of the last so many days began."""
    today = (now or datetime.now(UTC)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (today - timedelta(days=days - 1)).isoformat(timespec="microseconds")


def check_days(days: int) -> None:
    """Raise `InputError` for more days than are counted at once, or none."""
    if not 1 <= days <= MOST_DAYS:
        raise InputError(f"days = {days}: use 1 to {MOST_DAYS}")


def next_steps(store: Store, pack: str, seen: Overview) -> list[Step]:
    """What somebody should do next, the most urgent first."""
    urgent = [_waiting(store), _run(store), _second(store), _held(store)]
    found = [step for step in [*urgent, _missed(seen), _disliked(store), _learn(store, pack)] if step]
    if not found and not seen.tallies.whole.conversations and not seen.before.conversations:
        return [Step("begin", "Nobody has written to the bot yet. Try it in the chat, then send people the link.")]
    return found


def _waiting(store: Store) -> Step | None:
    count = store.cases.page(CaseFilter("waiting", limit=1)).counts.get("waiting", 0)
    who = _count(count, "person waits", "people wait")
    return Step("waiting", f"{who} for somebody of the staff.") if count else None


def _run(store: Store) -> Step | None:
    last = next(iter(store.versions.runs(1)), None)
    if last and last.status == "running":
        return Step("run", f"A training is under way, {last.progress.get('fraction', 0):.0%} of it done.")
    if last is None or last.status not in ("failed", "interrupted") or (last.error or "").startswith("continued as"):
        return None
    return Step("run", f"The last training run {_ENDS[last.status]}: {last.error or 'training.log has the reason'}.")


_ENDS = {"failed": "failed", "interrupted": "was interrupted"}


def _second(store: Store) -> Step | None:
    count = len(store.feedback.waiting_answers())
    what = _count(count, "answer waits", "answers wait")
    return Step("second", f"{what} for the second look of a colleague.") if count else None


def _held(store: Store) -> Step | None:
    newest = next(iter(store.versions.all()), None)
    if newest is None or newest.gate.get("decision") != "hold" or newest.name in store.versions.champions():
        return None
    return Step("held", f"{newest.name}, the newest version, was held by the gate: see why, and decide.")


def _missed(seen: Overview) -> Step | None:
    endings = seen.tallies.whole.endings
    count = endings["unanswered"]
    if not count:
        return None
    chats = _count(count, "conversation", "conversations")
    return Step("missed", f"{chats} of the last {seen.days} days ended without an answer: see what was asked.")


def _disliked(store: Store) -> Step | None:
    count = store.cases.page(CaseFilter("open", reason="disliked", limit=1)).counts.get("open", 0)
    chats = _count(count, "chat", "chats")
    return Step("disliked", f"{chats} with a disliked reply that nobody has dealt with.") if count else None


def _learn(store: Store, pack: str) -> Step | None:
    """Nothing while something is being learned."""
    if any(run.status == "running" for run in store.versions.runs(1)):
        return None
    given = sum(find_to_learn(store, pack).given.values())
    what = _count(
        given, "rating, correction or approved answer waits", "ratings, corrections and approved answers wait"
    )
    return Step("learn", f"{what} to be learned.") if given else None


def _count(number: int, one: str, more: str) -> str:
    return f"{number:,} {one if number == 1 else more}"
