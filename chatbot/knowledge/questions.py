"""Known questions: what visitors asked, each tied to the piece of an article that answers it.

A piece is found by the questions that it is known to answer as well as by its own words (document expansion by
queries: Nogueira et al., 2019). The tie is read off the curated reply: replies keep to the letter of the articles, so
the piece that shares its rarest words and its figures is the one that it rests on.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.knowledge.articles import Piece, split_sentences
from chatbot.knowledge.packs import Dialogue, Pair

WORD = re.compile(r"[£$€]?\d+(?:[.,:]\d+)*%?|[\w.+-]+@[\w.-]+\w|[^\W\d_]+(?:['’][^\W\d_]+)?")
FIGURE_WEIGHT = 2.0
TOPIC_SHARE = 0.5
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Question:
    """A question with the positions of the pieces that answer it, the best first."""

    text: str
    pieces: tuple[int, ...]


def known_questions(pieces: Sequence[Piece], pairs: Sequence[Pair], dialogues: Sequence[Dialogue]) -> list[Question]:
    """The questions of a pack's rows whose source is an article; a dialogue's later ones with the one before."""
    ties = Ties(pieces)
    found = [Question(pair.query, ties.find(pair.response, pair.source)) for pair in pairs]
    for dialogue in dialogues:
        turns = dialogue.messages
        for at in range(0, len(turns), 2):
            earlier = [turns[at - 2].content] if at else []
            asked = "\n".join([*earlier, turns[at].content])
            found.append(Question(asked, ties.find(turns[at + 1].content, dialogue.source)))
    return [question for question in found if question.pieces]


def unanswered_questions(pairs: Sequence[Pair]) -> list[str]:
    """The questions of a pack's rows that say that the articles do not answer them."""
    return [pair.query for pair in pairs if pair.intent == UNKNOWN]


def nearest_article(pieces: Sequence[Piece], reply: str) -> str:
    """The article whose words a reply shares most; "persona" if it shares none."""
    found = Ties(pieces).find(reply)
    return pieces[found[0]].article if found else "persona"


class Ties:
    """Finds the pieces that a reply rests on, by the words they share, rare ones and figures above common ones."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._words = [set(words_of(piece.text)) for piece in pieces]
        self._by_article: dict[str, list[int]] = {}
        for position, piece in enumerate(pieces):
            self._by_article.setdefault(piece.article, []).append(position)
        counts = Counter(word for words in self._words for word in words)
        self._weights = {
            word: math.log(1 + len(pieces) / count) * (FIGURE_WEIGHT if any(map(str.isdigit, word)) else 1.0)
            for word, count in counts.items()
        }

    def find(self, reply: str, article: str | None = None) -> tuple[int, ...]:
        """The piece of the reply's first sentence, which answers, then that of the whole reply."""
        candidates = list(range(len(self._words))) if article is None else self._by_article.get(article, [])
        sentences = split_sentences(reply)
        best = [self._best(text, candidates) for text in (sentences[0] if sentences else "", reply)]
        return tuple(dict.fromkeys(position for position in best if position is not None))

    def topic(self, reply: str) -> int | None:
        """The piece that most of a reply is about, by the weight of its words; None where no piece is."""
        found = self.find(reply)
        words = set(words_of(reply))
        whole = sum(self._weights.get(word, 0.0) for word in words)
        return found[0] if found and self._shared(words, found[0]) > TOPIC_SHARE * whole else None

    def restated(self, reply: str) -> int | None:
        """The piece that holds at least half of a reply, words that no piece has included; None where no piece does."""
        words = set(words_of(reply))
        rarest = max(self._weights.values(), default=0.0)
        whole = sum(self._weights.get(word, rarest) for word in words)
        best = max(self.find(reply), key=lambda piece: self._shared(words, piece), default=None)
        return best if best is not None and self._shared(words, best) >= TOPIC_SHARE * whole else None

    def _best(self, text: str, candidates: Sequence[int]) -> int | None:
        words = set(words_of(text))
        scores = [self._shared(words, position) for position in candidates]
        return candidates[scores.index(max(scores))] if scores and max(scores) > 0 else None

    def _shared(self, words: set[str], piece: int) -> float:
        """The weight of the words that a piece holds."""
        return sum(self._weights[word] for word in words & self._words[piece])


def words_of(text: str) -> list[str]:
    """Words, figures and addresses of a text in lower case, in their order."""
    return [word.lower() for word in WORD.findall(text)]
