"""What an approved answer would change, told before it is: articles that say otherwise, and questions that find it.

Contradictions are those that can be read off the words: other figures than the article's, or a "no" on one side alone.
That none was found is no proof that there is none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from chatbot.dialogue.answering import Installation
from chatbot.dialogue.check import Source, find_items
from chatbot.dialogue.claims import Doubts, common_words, stem
from chatbot.dialogue.grounds import denies, figures
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.articles.visible import visible
from chatbot.knowledge.retrieval.index import SAME_QUESTION, KnowledgeIndex
from chatbot.knowledge.retrieval.spelling import WORD
from chatbot.records import Passage
from chatbot.store.conversations import Exchange

NEAREST_PIECES = 4
SHARED_WORDS = 2
FILLING_WORDS = 150
EXCHANGES_READ = 300
MOST_TOLD = 10


@dataclass(frozen=True)
class Contradiction:
    """A sentence of an article that says otherwise, and in what."""

    title: str
    text: str
    why: str


@dataclass(frozen=True)
class AlikeQuestion:
    """A question of the pack's own that would be answered so, and how near it is."""

    question: str
    score: float


@dataclass(frozen=True)
class ChangedReply:
    """A past question that would be answered so from now on, and what was answered then."""

    conversation: str
    question: str
    before: str


@dataclass(frozen=True)
class Effects:
    """All that an approval would change."""

    contradicts: list[Contradiction]
    found_for: list[AlikeQuestion]
    changed: list[ChangedReply]


def effects_of(installation: Installation, question: str, answer: str, message: str) -> Effects:
    """What it would change to answer a question so from now on, besides the reply to which it is approved."""
    question, answer = visible(question), visible(answer)
    exchanges = [one for one in installation.store.conversations.exchanges(EXCHANGES_READ) if one.reply != message]
    with installation.live.lease("") as (_, knowledge):
        index = knowledge.index
        pieces = [one for one in index.search([question], NEAREST_PIECES) if one.kind == "article"]
        pieces += [one for one in index.search([answer], NEAREST_PIECES) if one.kind == "article"]
        alike = [AlikeQuestion(text, score) for text, score in index.alike(question) if score < 1]
        return Effects(
            contradictions(answer, pieces, installation.pack.persona.language)[:MOST_TOLD],
            alike[:MOST_TOLD],
            _changed(index, question, answer, exchanges)[:MOST_TOLD],
        )


def contradictions(answer: str, pieces: Sequence[Passage], language: str) -> list[Contradiction]:
    """Sentences of articles that the answer's own sentences contradict."""
    doubts = Doubts([], language)
    found: dict[str, Contradiction] = {}
    supported = Source.of([piece.text for piece in pieces])
    for claim in filter(doubts.claims, split_sentences(answer)):
        for piece in pieces:
            for sentence in split_sentences(piece.text):
                about_one = _shared(claim, sentence, language) >= SHARED_WORDS
                why = _otherwise(claim, sentence, supported) if about_one else ""
                if why:
                    found.setdefault(sentence, Contradiction(piece.title, sentence, why))
    return list(found.values())


def _shared(one: str, other: str, language: str) -> int:
    """How many words two sentences share, those left out that stand in almost any."""
    common = common_words(language, FILLING_WORDS)
    mine, theirs = ({stem(word) for word in WORD.findall(text) if word.lower() not in common} for text in (one, other))
    return len(mine & theirs)


def _otherwise(claim: str, sentence: str, supported: Source) -> str:
    """In what a claim says otherwise than a sentence about the same; empty where it does not."""
    said, told = figures(claim), figures(sentence)
    for kind in said.keys() & told.keys():
        if said[kind].isdisjoint(told[kind]) and not said[kind] <= supported.items:
            return f"it says {_shown(sentence, told[kind])}, the answer {_shown(claim, said[kind])}"
    if not said and not told and denies(claim) != denies(sentence):
        return "one says no, the other does not"
    return ""


def _shown(text: str, forms: Collection[str]) -> str:
    """Figures as they stand in a text."""
    return ", ".join(item.shown for item in find_items(text) if item.forms[0] in forms)


def _changed(index: KnowledgeIndex, question: str, answer: str, exchanges: Sequence[Exchange]) -> list[ChangedReply]:
    different = {one.question: one for one in reversed(exchanges) if one.answer.strip() != answer.strip()}
    if not different:
        return []
    near = index.similar(question, list(different))
    found = [(score, different[text]) for text, score in zip(different, near, strict=True) if score >= SAME_QUESTION]
    found.sort(key=lambda pair: -pair[0])
    return [ChangedReply(one.conversation, one.question, one.answer) for _, one in found]
