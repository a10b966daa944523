"""The index: pieces of articles and approved answers as vectors, kept on disk, extended when an answer is approved.

A piece scores by its own words and by the known questions that it answers. Exact search over a matrix: with a hundred
thousand passages it stays under 30 ms (`python -m benchmarks.retrieval`), so there is no approximate index here.
"""

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from chatbot.knowledge.articles.pieces import Piece, under_heading
from chatbot.knowledge.articles.sentences import join_sentences, split_sentences
from chatbot.knowledge.articles.visible import visible
from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors
from chatbot.knowledge.retrieval.questions import KnownQuestion, Ties
from chatbot.knowledge.retrieval.vector_cache import cached_vectors
from chatbot.records import ApprovedAnswer, Passage

QUESTION_SHARE = 0.5
TOLD = 0.1  # what a sentence that was told before scores less
MARGIN_SHARE = 0.75
USUAL_SAMPLE = 2000
FEWEST_QUESTIONS = 20
UNTAUGHT = 0.3  # between questions and chat, by cosines to articles alone (`python -m benchmarks.retrieval`)
SAME_QUESTION = 0.75

Query = str | tuple[str, ...]  # several wordings count by the mean of their scores


@dataclass(frozen=True)
class Found:
    """Passages, best first, and the assurance that they answer.

    That is the score of the best, and a share of how much nearer the question is to one that the pack answers than to
    one that it is known not to.
    """

    passages: list[Passage] = field(default_factory=list)
    assurance: float = -1.0


class KnowledgeIndex:
    """Pieces of a pack's articles with the questions they answer, and the approved answers."""

    def __init__(
        self,
        embedder: Embedder,
        pieces: Sequence[Piece],
        questions: Sequence[KnownQuestion] = (),
        cache: Path | None = None,
        unanswered: Sequence[str] = (),
        correct: Callable[[str], str] = str,
    ) -> None:
        """`unanswered` are questions known to have no answer; `cache` is a folder that keeps vectors between starts.

        `correct` spells right what is asked.
        """
        self.embedder = embedder
        self._correct = correct
        self._lock = threading.Lock()
        self._ties = Ties(pieces)
        self._passages = [_article_passage(piece) for piece in pieces]
        self._titles = [piece.title for piece in pieces]
        self._title_of = {passage.id: title for passage, title in zip(self._passages, self._titles, strict=True)}
        self._vectors = cached_vectors(embedder, [piece.headed for piece in pieces], cache)
        self._questions = cached_vectors(embedder, [question.text for question in questions], cache)
        self._unanswered = cached_vectors(embedder, unanswered, cache)
        self._asked = [question.text for question in questions]
        self._answered_by: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, question in enumerate(questions):
            self._answered_by[self._passages[question.pieces[0]].id, question.sentence].append(number)
        self._best_piece = {question.text: question.pieces[0] for question in questions}
        ties = [(piece, number) for number, question in enumerate(questions) for piece in question.pieces]
        tied, self._tie_questions = np.array(sorted(ties), np.int64).reshape(-1, 2).T
        self._tied_pieces, self._tie_starts = np.unique(tied, return_index=True)
        self._answers: list[Passage] = []
        self._answer_vectors = self._vectors[:0]

    def set_answers(self, answers: Sequence[ApprovedAnswer]) -> None:
        """Hold exactly these approved answers; the vectors of those already held are kept."""
        with self._lock:
            if [answer.id for answer in answers] == [passage.id for passage in self._answers]:
                return
            known = {passage.id: vector for passage, vector in zip(self._answers, self._answer_vectors, strict=True)}
            passages = [_answer_passage(answer) for answer in answers]
            fresh = [passage for passage in passages if passage.id not in known]
            if fresh:
                encoded = self.embedder.encode([passage.query for passage in fresh])
                known |= {passage.id: vector for passage, vector in zip(fresh, encoded, strict=True)}
            rows = [known[passage.id] for passage in passages]
            self._answers = passages
            self._answer_vectors = np.stack(rows) if rows else self._vectors[:0]

    def embed(self, queries: Sequence[Query]) -> Vectors:
        """Unit vectors of all wordings in turn; many together are less work, and known to later searches."""
        return self.embedder.encode([self._correct(text) for query in queries for text in _wordings(query)])

    def search(self, queries: Sequence[Query], limit: int, leave_out: Collection[str] = ()) -> list[Passage]:
        """The passages nearest to any of the queries, best first; known questions in `leave_out` do not help."""
        return self.look_up(queries, limit, leave_out).passages

    def look_up(self, queries: Sequence[Query], limit: int, leave_out: Collection[str] = ()) -> Found:
        """The passages nearest to any of the queries, and how sure it is that they answer."""
        if not queries or limit == 0:
            return Found()
        asked = self.embed(queries)
        with self._lock:
            answers, answer_vectors = self._answers, self._answer_vectors
        found = _best(answers, _by_query(answer_vectors @ asked.T, queries), limit)
        found += _best(self._passages, _by_query(self._piece_scores(asked, leave_out), queries), limit)
        found.sort(key=lambda passage: -passage.score)
        if not found:
            return Found()
        return Found(found[:limit], found[0].score + MARGIN_SHARE * self._margin(asked, answer_vectors))

    def approved(self, question: str) -> Passage | None:
        """The approved answer to this very question, in whatever words it is asked."""
        with self._lock:
            answers, vectors = self._answers, self._answer_vectors
        found = _best(answers, vectors @ self.embedder.encode([self._correct(question)]).T, 1) if answers else []
        return found[0] if found and found[0].score >= SAME_QUESTION else None

    def alike(self, question: str, least: float = SAME_QUESTION) -> list[tuple[str, float]]:
        """The pack's known questions that are as near to a question as the same one is, the nearest first."""
        if not self._asked:
            return []
        scores = self._questions @ self.embedder.encode([self._correct(question)])[0]
        near = {self._asked[at]: round(float(scores[at]), 4) for at in np.argsort(-scores) if scores[at] >= least}
        return list(near.items())

    def similar(self, question: str, others: Sequence[str]) -> list[float]:
        """How near some questions are to one."""
        one, *rest = self.embedder.encode([self._correct(text) for text in (question, *others)])
        return [round(float(other @ one), 4) for other in rest]

    def _margin(self, asked: Vectors, answer_vectors: Vectors) -> float:
        """How much nearer a wording is to a question with an answer than to any known to have none, at its best."""
        if not self._tells_unanswered:
            return 0.0
        answered = np.maximum((self._questions @ asked.T).max(0), (answer_vectors @ asked.T).max(0, initial=-1.0))
        return float((answered - (self._unanswered @ asked.T).max(0)).max())

    @property
    def _tells_unanswered(self) -> bool:
        return len(self._unanswered) > 0 and len(self._questions) >= FEWEST_QUESTIONS

    def usual(self, share: float) -> float:
        """The assurance that all but a share of the answered questions reach: the pack's own, each without itself.

        How high cosines are differs from embedder to embedder and from pack to pack, so what counts as found is read
        off the data; a pack with hardly any questions has to do with `UNTAUGHT`.
        """
        return UNTAUGHT if len(self._questions) < FEWEST_QUESTIONS else float(np.quantile(self._own_assurance, share))

    @cached_property
    def _own_assurance(self) -> Vectors:
        """Of the pack's own questions, shape (questions,)."""
        sample = np.linspace(0, len(self._questions) - 1, min(len(self._questions), USUAL_SAMPLE)).astype(int)
        similar = self._questions @ self._questions[sample].T
        same = np.array(self._asked)[:, None] == np.array(self._asked)[sample]
        similar[same] = -1.0
        scores: Vectors = self._combined(self._vectors @ self._questions[sample].T, similar).max(axis=0)
        if self._tells_unanswered:
            scores += MARGIN_SHARE * (similar.max(0) - (self._unanswered @ self._questions[sample].T).max(0))
        return scores

    def focused(
        self,
        queries: Sequence[Query],
        passages: Sequence[Passage],
        count: int,
        within: float = math.inf,
        told: Sequence[str] = (),
        leave_out: Collection[str] = (),
    ) -> list[Passage]:
        """The passages with at most `count` sentences in all, those nearest to a query, the best passage first.

        None of them scores less than the best by more than `within`.

        A sentence scores as a piece does, by its own words under its title and by the known questions that it answers,
        but for those in `leave_out`; its passage's score counts beside that. What the replies in `told` have told
        already is seldom what is asked. An approved answer stays whole.
        """
        parts = [
            (at, number, text) for at, passage in enumerate(passages) for number, text in enumerate(_sentences(passage))
        ]
        if len(parts) <= 1:
            return list(passages)
        asked = self.embed(queries)
        own = self.embedder.encode([under_heading(passages[at].title, text) for at, _, text in parts]) @ asked.T
        for row, (at, _, text) in enumerate(parts):
            tied = [n for n in self._answered_by.get((passages[at].id, text), ()) if self._asked[n] not in leave_out]
            if tied:
                nearest = (self._questions[tied] @ asked.T).max(0)
                own[row] = (1 - QUESTION_SHARE) * own[row] + QUESTION_SHARE * nearest
        scores = _by_query(own, queries).max(1) + np.array([passages[at].score for at, *_ in parts])
        again = self._ties.told(told, [text for *_, text in parts])
        scores -= TOLD * np.array([text in again for *_, text in parts])
        best = [parts[at] for at in np.argsort(-scores, kind="stable")[:count] if scores[at] >= scores.max() - within]
        order = list(dict.fromkeys(at for at, *_ in best))
        return [
            replace(passages[at], text=join_sentences([text for its, _, text in sorted(best) if its == at]))
            for at in order
        ]

    def read_sentences(self, passages: Sequence[Passage] = ()) -> None:
        """Read the sentences of passages, or of all articles, before `focused` does: together they take less time."""
        self.embedder.encode(sentences_of(passages or self._passages))

    def nearest(self, question: str, texts: Sequence[str], count: int) -> list[str]:
        """So many of some texts, those nearest to a question, in their order."""
        asked, *vectors = self.embedder.encode([self._correct(question), *texts])
        best = np.argsort(-(np.array(vectors) @ asked), kind="stable")[:count]
        return [texts[at] for at in sorted(best)]

    def topic(self, reply: str) -> str | None:
        """The title of the article that a reply is about."""
        piece = self._ties.topic(reply)
        return None if piece is None else self._titles[piece]

    def title(self, passage: str) -> str | None:
        """The title of the article that a passage is a piece of, by its id; None for any other."""
        return self._title_of.get(passage)

    def answering(self, question: str) -> Passage | None:
        """The piece that a known question is tied to."""
        piece = self._best_piece.get(question)
        return None if piece is None else self._passages[piece]

    def _piece_scores(self, asked: Vectors, leave_out: Collection[str]) -> Vectors:
        """Scores of shape (pieces, queries): half the cosine to the piece, half that to its nearest known question."""
        own: Vectors = self._vectors @ asked.T
        if not len(self._tied_pieces):
            return own
        similar = self._questions @ asked.T
        if leave_out:
            similar[[number for number, text in enumerate(self._asked) if text in leave_out]] = -1.0
        return self._combined(own, similar)

    def _combined(self, own: Vectors, similar: Vectors) -> Vectors:
        nearest = np.full_like(own, -1.0)
        nearest[self._tied_pieces] = np.maximum.reduceat(similar[self._tie_questions], self._tie_starts)
        scores: Vectors = np.where(nearest > -1.0, (1 - QUESTION_SHARE) * own + QUESTION_SHARE * nearest, own)
        return scores


def _best(passages: Sequence[Passage], scores: Vectors, limit: int) -> list[Passage]:
    if not passages:
        return []
    highest = scores.max(axis=1)
    best = np.argpartition(-highest, min(limit, len(highest) - 1))[:limit]
    return [replace(passages[at], score=round(float(highest[at]), 4)) for at in best]


def united(passages: Sequence[Passage], narrowed: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Passages with the sentences that any of their narrowed selves has, in the passages' order."""
    kept = {(passage.id, text) for some in narrowed for passage in some for text in _sentences(passage)}
    parts = [(passage, [text for text in _sentences(passage) if (passage.id, text) in kept]) for passage in passages]
    return [replace(passage, text=join_sentences(texts)) for passage, texts in parts if texts]


def sentences_of(passages: Sequence[Passage]) -> list[str]:
    """The sentences of passages under their titles, an approved answer as one."""
    return [under_heading(passage.title, text) for passage in passages for text in _sentences(passage)]


def _sentences(passage: Passage) -> list[str]:
    return [passage.text] if passage.query else split_sentences(passage.text)


def _article_passage(piece: Piece) -> Passage:
    source = f"articles/{piece.article}.md:{piece.line}"
    return Passage(piece.id, "article", piece.heading, piece.text, source)


def _answer_passage(answer: ApprovedAnswer) -> Passage:
    return Passage(
        answer.id, "answer", "Approved answer", visible(answer.response), "review", query=visible(answer.query)
    )


def _by_query(scores: Vectors, queries: Sequence[Query]) -> Vectors:
    """Scores of shape (texts, wordings of all queries in turn) as those of the queries, the means of their wordings."""
    sizes = [len(_wordings(query)) for query in queries]
    starts = np.cumsum([0, *sizes[:-1]])
    return (np.add.reduceat(scores, starts, axis=1) / sizes).astype(np.float32)


def _wordings(query: Query) -> tuple[str, ...]:
    return (query,) if isinstance(query, str) else query
