"""Which known questions find an article, before and after a change of it, and where a question of one's own leads.

What is compared are two indexes under one embedder: that of the pack as it answers, and of the pack as it would be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.dialogue.turn import may_answer
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.settings import Settings

MOST_ASKED = 200


@dataclass(frozen=True)
class Finds:
    """How many of the known questions of an article find it first; which do no longer, and which newly do."""

    known: int
    before: int
    after: int
    lost: list[str]
    gained: list[str]


@dataclass(frozen=True)
class Lead:
    """Where a question leads: the passage that is found first, and whether that is sure enough to answer."""

    question: str
    source: str
    title: str
    text: str
    score: float
    answers: bool


def known_of(pack: Pack, article: str) -> list[str]:
    """The questions of a pack's rows that rest on an article, evenly drawn where there are many."""
    asked = list(dict.fromkeys(pair.query for pair in pack.pairs if pair.source == article))
    step = max(1, -(-len(asked) // MOST_ASKED))
    return asked[::step]


def compare(before: KnowledgeIndex, after: KnowledgeIndex, article: str, questions: Sequence[str]) -> Finds:
    """What finds an article in one index and in another; each question without itself among the known ones."""
    then, now = ([question for question in questions if _finds(index, article, question)] for index in (before, after))
    lost, gained = [one for one in then if one not in now], [one for one in now if one not in then]
    return Finds(len(questions), len(then), len(now), lost, gained)


def lead_of(settings: Settings, index: KnowledgeIndex, question: str) -> Lead:
    """Where a question leads, by the words of articles and approved answers alone: rules are not asked."""
    found = index.look_up([question], max(1, settings.passages))
    if not found.passages:
        return Lead(question, "", "", "", 0.0, False)
    best = found.passages[0]
    return Lead(question, best.source, best.title, best.text, best.score, may_answer(settings, index, found))


def _finds(index: KnowledgeIndex, article: str, question: str) -> bool:
    best = index.search([question], 1, leave_out=[question])
    return bool(best) and best[0].source.startswith(f"articles/{article}.md:")
