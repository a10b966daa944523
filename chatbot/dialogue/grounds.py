"""Whether a claim of a reply rests on what answers the question.

Two readers have to agree: the model, which read out some sentence of its facts, and the search, for which that sentence
is one of the nearest to the question. Then the sentence must hold what is claimed: its figures, with none of the
question's in their place, what it denies, and its words but for few, beside those of the question itself. Where they do
not agree, both are told in the facts' own words.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain

from chatbot.dialogue.check import Source, find_items
from chatbot.dialogue.claims import SHORTENED, common_words, stem, stems
from chatbot.knowledge.articles.sentences import join_sentences, split_sentences
from chatbot.knowledge.retrieval.spelling import WORD

DENIALS = {"no", "not", "never", "cannot", "none", "nothing", "nobody", "neither", "nor"}
UNEXPLAINED = 1  # words at most, and none of a claim that leaves its fact's figures out
TELLING = 2  # words of the fact that were not asked, at least, where a claim has none of its figures

AMOUNT = re.compile(r"\d+(?:[.,:]\d+)*")
AFFIRMS = re.compile(r"\W*(?:yes|yeah|sure|certainly|of course)\b", re.IGNORECASE)

Nearest = Callable[[str, Sequence[str], int], Sequence[str]]


@dataclass(frozen=True)
class Grounds:
    """The `facts` that a model is shown, a sentence under its title each, and the `best` of them for each question.

    `asked` is the question with what it takes up; `nearest` finds the facts that mean most nearly what a text says.
    `told` is the last reply.
    """

    facts: Sequence[str]
    best: Sequence[Sequence[str]]
    asked: str
    language: str
    nearest: Nearest
    told: str = ""

    def carry(self, claim: str) -> bool:
        """Whether the fact that a claim means is one of the best, and holds it."""
        fact = self._meant(claim)
        return any(fact in best for best in self.best) and holds(fact, claim, self.asked, self.language)

    def instead(self, said: str) -> str:
        """What may be told in place of a reply: the fact that it means and the best, in their own words and order.

        Not what was told so just before: somebody who asks on did not find the answer in it.
        """
        chosen = {self._meant(said), *chain(*self.best)}
        return self._in_order({fact for fact in chosen if fact.partition("\n")[2] not in self.told})

    def left_out(self, said: str) -> str:
        """The best facts for the questions that no sentence of a reply answers."""
        meant = {self._meant(sentence) for sentence in split_sentences(said)}
        return self._in_order({fact for best in self.best if meant.isdisjoint(best) for fact in best})

    def _in_order(self, chosen: Collection[str]) -> str:
        """Facts in their own words and order."""
        told: dict[str, list[str]] = {}
        for fact in self.facts:
            if fact in chosen:
                heading, _, sentence = fact.partition("\n")
                told.setdefault(heading, []).append(sentence)
        return "\n\n".join(map(join_sentences, told.values()))

    def _meant(self, text: str) -> str:
        return self.nearest(text, self.facts, 1)[0] if self.facts else ""


def holds(fact: str, claim: str, asked: str, language: str) -> bool:
    """Whether a fact holds a claim's figures, denials and words, and the claim says something that was not asked.

    "Yes, it must never be posted" is none that could be held.
    """
    if Source.of([fact, asked]).lacks(claim) or _replaces(fact, claim):
        return False
    if denies(claim) and (not denies(fact) or AFFIRMS.match(claim)):
        return False
    if AFFIRMS.match(claim) and _corrects(claim, asked):
        return False
    told, known = stems(fact), stems(asked)
    common = common_words(language)
    said = {stem(word) for word in WORD.findall(claim) if word.lower() not in common}
    own = Source.of([fact]).items
    stated = (own & Source.of([claim]).items) - Source.of([asked]).items
    unexplained = UNEXPLAINED if stated or not own else 0
    return len(said - told - known) <= unexplained and (bool(stated) or len((said & told) - known) >= TELLING)


def _replaces(fact: str, claim: str) -> bool:
    """Whether a claim has figures of the asker's where the fact has its own: "is it £1?" makes no price of £1."""
    own = Source.of([fact])
    return bool(own.items and own.lacks(claim)) and not own.items & Source.of([claim]).items


def _corrects(claim: str, asked: str) -> bool:
    """Whether a claim names other figures of a kind than the question: "is it £1?" is not affirmed by "£5"."""
    said, meant = figures(claim), figures(asked)
    return any(said[kind].isdisjoint(meant[kind]) for kind in said.keys() & meant.keys())


def figures(text: str) -> dict[str, set[str]]:
    """The figures of a text by their unit or currency; those without any are left out."""
    kinds: dict[str, set[str]] = {}
    for item in find_items(text):
        if kind := AMOUNT.sub("", item.forms[0]).strip():
            kinds.setdefault(kind, set()).add(item.forms[0])
    return kinds


def denies(text: str) -> bool:
    """Whether a text says no to something."""
    return any(word.lower() in DENIALS or SHORTENED.search(word) for word in WORD.findall(text))
