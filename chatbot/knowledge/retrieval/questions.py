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

from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.articles.sentences import plain_sentences, split_sentences
from chatbot.knowledge.packs import Dialogue, Pair

WORD = re.compile(r"[£$€]?\d+(?:[.,:]\d+)*%?|[\w.+-]+@[\w.-]+\w|[^\W\d_]+(?:['’][^\W\d_]+)?")
FIGURE_WEIGHT = 2.0
TOPIC_SHARE = 0.5
UNKNOWN = "unknown"


@dataclass(frozen=True)
class KnownQuestion:
    """A question with the positions of the pieces that answer it, the best first, and the sentence of that one."""

    text: str
    pieces: tuple[int, ...]
    sentence: str = ""


def known_questions(
    pieces: Sequence[Piece], pairs: Sequence[Pair], dialogues: Sequence[Dialogue]
) -> list[KnownQuestion]:
    """The questions of a pack's rows whose source is an article; a dialogue's later ones with the one before."""
    ties = Ties(pieces)
    found = [ties.question(pair.query, pair.response, pair.source) for pair in pairs]
    for dialogue in dialogues:
        turns = dialogue.messages
        for at in range(0, len(turns), 2):
            earlier = [turns[at - 2].content] if at else []
            asked = "\n".join([*earlier, turns[at].content])
            found.append(ties.question(asked, turns[at + 1].content, dialogue.source))
    return [question for question in found if question.pieces]


def unanswered_questions(pairs: Sequence[Pair]) -> list[str]:
    """The questions of a pack's rows that say that the articles do not answer them."""
    return [pair.query for pair in pairs if pair.intent == UNKNOWN]


class Ties:
    """Finds the pieces that a reply rests on, by the words they share, rare ones and figures above common ones."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._words = [set(words_of(piece.text)) for piece in pieces]
        self._sentences = [split_sentences(piece.text) for piece in pieces]
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
        sentences = plain_sentences(reply)
        best = [self._best(text, candidates) for text in (sentences[0] if sentences else "", reply)]
        return tuple(dict.fromkeys(position for position in best if position is not None))

    def question(self, text: str, reply: str, article: str | None = None) -> KnownQuestion:
        """A question with the pieces and the sentence that its reply rests on."""
        pieces = self.find(reply, article)
        return KnownQuestion(text, pieces, self._sentence(reply, pieces[0]) if pieces else "")

    def _sentence(self, reply: str, piece: int) -> str:
        """The sentence of a piece that shares most with the reply's first; with all of it where that shares nothing."""
        sentences = self._sentences[piece]
        held = [set(words_of(sentence)) for sentence in sentences]
        for text in (*plain_sentences(reply)[:1], reply):
            at, weight = self._most_shared(set(words_of(text)), held)
            if weight > 0:
                return sentences[at]
        return ""

    def topic(self, reply: str) -> int | None:
        """The piece that most of a reply is about, by the weight of its words; None where no piece is."""
        found = self.find(reply)
        words = set(words_of(reply))
        return found[0] if found and self._shared(words, found[0]) > TOPIC_SHARE * self._weight(words) else None

    def restated(self, reply: str) -> int | None:
        """The piece that holds at least half of a reply, words that no piece has included; None where no piece does."""
        words = set(words_of(reply))
        best = max(self.find(reply), key=lambda piece: self._shared(words, piece), default=None)
        return best if best is not None and self._shared(words, best) >= TOPIC_SHARE * self._whole(words) else None

    def told(self, replies: Sequence[str], sentences: Sequence[str]) -> set[str]:
        """Those of some sentences that hold at least half of one of a reply, and more of it than the others."""
        found = set()
        held = [set(words_of(sentence)) for sentence in sentences]
        for said in (sentence for reply in replies for sentence in plain_sentences(reply)):
            words = set(words_of(said))
            at, weight = self._most_shared(words, held)
            if words and weight >= TOPIC_SHARE * self._whole(words):
                found.add(sentences[at])
        return found

    def _best(self, text: str, candidates: Sequence[int]) -> int | None:
        at, weight = self._most_shared(set(words_of(text)), [self._words[position] for position in candidates])
        return candidates[at] if weight > 0 else None

    def _most_shared(self, words: set[str], held: Sequence[set[str]]) -> tuple[int, float]:
        """The position of the words that share most with some, and the weight of what they share; 0 without any."""
        shared = [self._weight(words & its) for its in held]
        return max(enumerate(shared), key=lambda one: one[1], default=(0, 0.0))

    def _shared(self, words: set[str], piece: int) -> float:
        """The weight of the words that a piece holds."""
        return self._weight(words & self._words[piece])

    def _weight(self, words: set[str]) -> float:
        return math.fsum(self._weights.get(word, 0.0) for word in words)

    def _whole(self, words: set[str]) -> float:
        """The weight of words, those that no piece has as heavy as the rarest."""
        rarest = max(self._weights.values(), default=0.0)
        return math.fsum(self._weights.get(word, rarest) for word in words)


def words_of(text: str) -> list[str]:
    """Words, figures and addresses of a text in lower case, in their order."""
    return [word.lower() for word in WORD.findall(text)]
