"""What people ask and do not get answered: missed questions that mean the same, put together and ranked.

Questions are compared by the embedder that answers with; those whose mean similarity is `ALIKE` stand together
(average linkage, Sokal and Michener, 1958). A question that an approved answer was given for since is missed no more.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors
from chatbot.knowledge.retrieval.index import SAME_QUESTION
from chatbot.records import ApprovedAnswer
from chatbot.store.figures import Fault, Missed

ALIKE = 0.6
"""Of the shipped packs' questions that stand together so, 91 and 93 of a hundred beside one are answered by the same
sentence; at 0.55 it was 85 and 89 (docs/measurements.md, by `python -m benchmarks.gaps`).
"""
MOST_QUESTIONS = 1000
"""The latest are compared; a thousand short questions are read in seconds, and known from then on."""


@dataclass(frozen=True)
class Gap:
    """Questions that mean the same: the most typical one, in how many conversations they were asked, and all of them.

    `missed` are the latest first.
    """

    question: str
    conversations: int
    missed: tuple[Missed, ...]

    @property
    def latest(self) -> str:
        """When it was asked last."""
        return self.missed[0].asked_at

    @property
    def faults(self) -> Mapping[Fault, int]:
        """What was wrong with the replies, and how often."""
        return Counter(one.fault for one in self.missed)


def find_gaps(missed: Sequence[Missed], embedder: Embedder, answers: Sequence[ApprovedAnswer] = ()) -> list[Gap]:
    """What is asked most often first."""
    asked = list(dict.fromkeys(plain(one.question) for one in missed))
    if not asked:
        return []
    vectors = embedder.encode(asked)
    place = {text: number for number, text in enumerate(asked)}
    answered = _answered_since(asked, vectors, embedder, answers)
    left = [one for one in missed if one.asked_at > answered[place[plain(one.question)]]]
    joined = groups(vectors)
    gaps = []
    for group in range(max(joined) + 1):
        ours = sorted((one for one in left if joined[place[plain(one.question)]] == group), key=_when, reverse=True)
        if ours:
            middle = typical(vectors, [place[plain(one.question)] for one in ours])
            wording = next(one.question for one in ours if place[plain(one.question)] == middle)
            gaps.append(Gap(" ".join(wording.split()), len({one.conversation for one in ours}), tuple(ours)))
    return sorted(gaps, key=lambda gap: (gap.conversations, gap.latest), reverse=True)


def _when(missed: Missed) -> str:
    return missed.asked_at


def plain(question: str) -> str:
    """A question without what does not tell it from another."""
    return " ".join(question.casefold().split()).rstrip(" ?!.")


def _answered_since(
    asked: Sequence[str], vectors: Vectors, embedder: Embedder, answers: Sequence[ApprovedAnswer]
) -> list[str]:
    """For each question when it was last given an answer; empty where it was not."""
    if not answers:
        return [""] * len(asked)
    near = vectors @ embedder.encode([plain(answer.query) for answer in answers]).T >= SAME_QUESTION
    times = [answer.created_at for answer in answers]
    return [max((time for time, same in zip(times, row, strict=True) if same), default="") for row in near]


def groups(vectors: Vectors, alike: float = ALIKE) -> list[int]:
    """Which group each vector belongs to, from 0."""
    if len(vectors) == 1:
        return [0]
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    apart = np.clip(1 - vectors @ vectors.T, 0, None)
    np.fill_diagonal(apart, 0)
    joined = linkage(squareform(apart, checks=False), "average")
    return [int(number) - 1 for number in fcluster(joined, 1 - alike, "distance")]


def typical(vectors: Vectors, places: Sequence[int]) -> int:
    """The place whose vector is nearest to the mean of all."""
    return max(places, key=lambda at: float(vectors[at] @ vectors[list(places)].mean(axis=0)))
