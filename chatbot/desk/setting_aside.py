"""The gaps of some days without those that somebody set aside, and these beside them.

A question is set aside with those that it is `ALIKE` to in the mean, which is how questions come to be one gap.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.desk.gaps import ALIKE, MOST_QUESTIONS, Gap, find_gaps, plain, typical
from chatbot.desk.overview import begun, check_days
from chatbot.errors import NotFoundError
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.records import Person
from chatbot.store import Store
from chatbot.store.figures import Missed
from chatbot.store.gaps import Aside


@dataclass(frozen=True)
class Ignored:
    """A gap that was set aside: its most typical question, and in how many conversations of late it was asked."""

    aside: Aside
    question: str
    conversations: int


@dataclass(frozen=True)
class Found:
    """What so many questions that were asked in vain come to."""

    questions: int
    gaps: list[Gap]
    ignored: list[Ignored]


def look(store: Store, pack: str, days: int, embed: Callable[[], Embedder]) -> Found:
    """The gaps of so many days, what is asked most often first; `embed` gives the embedder, where one is needed."""
    check_days(days)
    missed, aside = store.figures.missed(pack, begun(days), MOST_QUESTIONS), store.gaps.all(pack)
    if not missed and not aside:
        return Found(0, [], [])
    embedder = embed()
    left, ignored = _apart(missed, aside, embedder)
    return Found(len(missed), find_gaps(left, embedder, store.feedback.answers()), ignored)


def set_aside(store: Store, pack: str, gap: Gap, person: Person) -> str:
    """Set a gap aside; returns the id by which it is taken back."""
    return store.gaps.put(pack, [one.reply for one in gap.missed], person)


def gap_of(gaps: Sequence[Gap], asked: str) -> Gap:
    """The gap of a question, or of a reply by its id; raises `NotFoundError`."""
    wanted = plain(asked)
    for gap in gaps:
        if any(asked == one.reply or wanted == plain(one.question) for one in gap.missed):
            return gap
    raise NotFoundError(f"no gap of these days holds {asked!r}: somebody answered it or set it aside meanwhile")


def _apart(missed: Sequence[Missed], aside: Sequence[Aside], embedder: Embedder) -> tuple[list[Missed], list[Ignored]]:
    if not aside:
        return list(missed), []
    asked = embedder.encode([plain(one.question) for one in missed]) if missed else None
    taken: list[list[Missed]] = [[] for _ in aside]
    ignored, means = [], []
    for one in aside:
        vectors = embedder.encode([plain(question) for question in one.questions])
        means.append(vectors.mean(axis=0))
        ignored.append(one.questions[typical(vectors, range(len(vectors)))])
    left: list[Missed] = []
    for number, question in enumerate(missed):
        near = [float(asked[number] @ mean) for mean in means] if asked is not None else []
        own = [question.question in one.questions for one in aside]
        best = max(range(len(aside)), key=lambda at: (own[at], near[at]))
        (taken[best] if own[best] or near[best] >= ALIKE else left).append(question)
    chats = [len({one.conversation for one in ours}) for ours in taken]
    told = zip(aside, ignored, chats, strict=True)
    return left, [Ignored(one, " ".join(words.split()), count) for one, words, count in told]
