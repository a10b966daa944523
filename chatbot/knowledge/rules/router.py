"""Which messages the articles alone must not answer: small talk, abuse, emergencies, whatever a pack has rules for.

A classifier over sentence embeddings learns the rules from their examples, and ordinary questions from the pack's rows,
from what rules say they are unlike and from what is ordinary everywhere. An embedder that was taught the rules keeps
them apart (`training/finetuning/embedders/router.py`), and that is all. With one that was not, its judgement is
weighed against what is near (`weighing`), for all rules and again for the grave ones.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile

import numpy as np

from chatbot.errors import PackError
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import Pack, Rule
from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors, windows
from chatbot.knowledge.retrieval.vector_cache import cached_vectors, used, write_whole
from chatbot.knowledge.rules.everyday import everyday, says_little, words
from chatbot.knowledge.rules.weighing import Weigher

if TYPE_CHECKING:
    from sklearn.linear_model import LogisticRegression

ORDINARY = ""
TINY = 1e-9
FOLDS = 4
FEWEST_ORDINARY = 20
STRENGTH, TAUGHT_STRENGTH = 30.0, 10.0
HARD = 4.0  # what a message weighs that only sounds like a grave rule, whose few examples weigh more than others
CAUTION = 4.0  # between two rules, the one that fetches a person


@dataclass(frozen=True)
class Route:
    """The rule that a message would fall under, with the probability that any rule holds for it.

    `tone` is a rule that says something first and lets the articles answer, as to somebody who is upset.
    """

    rule: Rule | None
    probability: float
    tone: Rule | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as probable as the rule asks for."""
        return self.rule is not None and self.probability > self.rule.sure

    @property
    def fetches(self) -> bool:
        """Whether it holds and fetches a person."""
        return self.holds and self.rule is not None and self.rule.does.fetches

    @property
    def grave(self) -> bool:
        """Whether it holds and its rule keeps the articles from answering for a grave reason."""
        return self.holds and self.rule is not None and self.rule.does.grave


class Router:
    """Tells the messages that fall under a pack's rules from ordinary questions."""

    def __init__(
        self,
        embedder: Embedder,
        pack: Pack,
        cache: Path | None = None,
        correct: Callable[[str], str] = str,
        taught: bool = False,
    ) -> None:
        """Learns at once, in a few seconds; `cache` is a folder that keeps vectors and what was learned.

        `correct` spells messages right; `taught` tells whether the embedder was fine-tuned on such rules.
        """
        self.taught = taught
        self.embedder = embedder
        self._correct = correct
        self._rules = {rule.name: rule for rule in pack.rules}
        self._tones = [rule.name for rule in pack.rules if rule.does.tone]
        if not self._rules:
            return
        texts, labels = (list(part) for part in zip(*labelled_messages(pack), strict=True))
        vectors = cached_vectors(embedder, texts, cache)
        described = [piece.headed for piece in pack.pieces]
        everywhere = {*everyday("elliptical"), *everyday("plain")}
        counts = Counter(label for text, label in zip(texts, labels, strict=True) if text not in everywhere)
        self._rarity = {name: 1.0 if taught else counts[name] / counts[ORDINARY] for name in self._tones}
        strict = [rule for rule in pack.rules if rule.name not in self._tones]
        self._grave = [rule for rule in strict if rule.does.grave]
        self._mild = [rule for rule in strict if not rule.does.grave]
        self._terse = {_flat(example) for rule in self._grave for example in rule.examples if says_little(example)}
        if not taught:
            pieces = cached_vectors(embedder, described, cache)
            self._weighers = {
                kind: Weigher(vectors, pieces, np.isin(labels, [rule.name for rule in rules]))
                for kind, rules in (("any", strict), ("grave", self._grave))
                if rules
            }
        hard = {text for rule in self._grave for text in rule.unlike}
        weights = np.array([HARD if text in hard else 1.0 for text in texts])
        known = [*texts, *described], [*labels, *self._tones, *weights.tolist()]
        self._learn(vectors, labels, weights, _kept(cache, embedder, *known))

    def route(self, message: str, before: str = "") -> Route:
        """The likeliest rule for a message, None if the pack has no rules.

        One that says little by itself falls under a grave rule only together with the message `before` it.
        """
        if not self._rules:
            return Route(None, 0.0)
        message = self._correct(message)
        whole, *parts = (self._route(vector) for vector in self.embedder.encode([message, *windows(message)]))
        routes = [whole, *(part for part in parts if part.grave)]
        best = max(enumerate(routes), key=lambda at: (at[1].fetches, at[0] > 0, at[1].probability))[1]
        if best.grave and says_little(message) and _flat(message) not in self._terse:
            best = self._together(before, message)
        return replace(best, tone=whole.tone)

    def _together(self, before: str, message: str) -> Route:
        alone, together = self.embedder.encode([message, f"{self._correct(before)}\n{message}"])
        both = self._route(together)
        return both if before and both.grave else self._route(alone, self._mild)

    def _route(self, vector: Vectors, rules: Sequence[Rule] | None = None) -> Route:
        """The likeliest of the rules, or of all that are no tone."""
        rules = [*self._grave, *self._mild] if rules is None else rules
        guessed = _softmax(vector[None] @ self._weights.T + self._bias)[0]
        shares: dict[str, float] = dict(zip(self._names, guessed.tolist(), strict=True))
        tone = self._tone(shares)
        if self.taught:
            return _likeliest(rules, shares, sum(shares.get(rule.name, 0.0) for rule in rules), tone)
        grave = [rule for rule in rules if rule.does.grave]
        mild = [rule for rule in rules if not rule.does.grave]
        weighed = {
            kind: weigher.weigh(float(self._under(kind, guessed)), vector) for kind, weigher in self._weighers.items()
        }
        severe = weighed.get("grave", 0.0)
        first = _likeliest(grave, shares, severe, tone)
        second = _likeliest(mild, shares, max(weighed.get("any", 0.0) - severe, 0.0), tone)
        return max(first, second, key=lambda route: (route.grave, route.probability))

    def _tone(self, shares: dict[str, float]) -> Rule | None:
        """The likeliest tone that is surer than it must be, against an ordinary message, at its rarity in the rows."""
        odds = {
            name: rarity * shares.get(name, 0.0) / max(shares[ORDINARY], TINY) for name, rarity in self._rarity.items()
        }
        heard = [name for name, value in odds.items() if value / (1 + value) > self._rules[name].sure]
        return self._rules[max(heard, key=lambda name: odds[name])] if heard else None

    def _under(self, kind: str, guessed: Vectors) -> Vectors:
        """The probability of a message under any rule but a tone, or under a grave one, along the last axis."""
        rules = self._grave if kind == "grave" else [*self._grave, *self._mild]
        under: Vectors = guessed[..., np.isin(self._names, [rule.name for rule in rules])].sum(-1)
        return under

    def _learn(self, vectors: Vectors, labels: Sequence[str], weights: Vectors, file: Path | None) -> None:
        weighers = {} if self.taught else self._weighers
        if file and file.is_file():
            try:
                with file.open("rb") as held, np.load(held, allow_pickle=False) as kept:
                    self._names = [str(name) for name in kept["names"]]
                    self._weights, self._bias = kept["weights"], kept["bias"]
                    for kind, weigher in weighers.items():
                        weigher.learned = kept[kind]
                used(file)
                return
            except (OSError, EOFError, ValueError, KeyError, BadZipFile):
                file.unlink(missing_ok=True)
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict

        strength, balance = (TAUGHT_STRENGTH, None) if self.taught else (STRENGTH, "balanced")
        first = LogisticRegression(C=strength, max_iter=300, tol=1e-3, class_weight=balance)
        first.fit(vectors, labels, None if self.taught else weights)
        self._names = [str(name) for name in first.classes_]
        self._weights, self._bias = _all_classes(first)
        if weighers:
            weighed = {"sample_weight": weights}
            guessed = cross_val_predict(first, vectors, labels, cv=FOLDS, method="predict_proba", params=weighed)
            for kind, weigher in weighers.items():
                weigher.learn(self._under(kind, guessed))
        if file:
            learned = {"names": self._names, "weights": self._weights, "bias": self._bias}
            learned |= {kind: weigher.learned for kind, weigher in weighers.items()}
            write_whole(file, lambda out: np.savez(out, **learned))


def labelled_messages(pack: Pack) -> list[tuple[str, str]]:
    """Texts with the name of their rule, or `ORDINARY`; a pair whose intent is a rule's name is an example of it."""
    rules = {rule.name for rule in pack.rules}
    labelled = [(pair.query, pair.intent if pair.intent in rules else ORDINARY) for pair in pack.pairs]
    for dialogue in pack.dialogues:
        if dialogue.intent not in rules:
            labelled += [(turn.content, ORDINARY) for turn in dialogue.messages[2::2]]
    labelled += [(message, ORDINARY) for rule in pack.rules for message in rule.unlike]
    labelled += [(example, rule.name) for rule in pack.rules for example in rule.examples]
    if sum(label == ORDINARY for _, label in labelled) < FEWEST_ORDINARY:
        labelled += [(sentence, ORDINARY) for piece in pack.pieces for sentence in split_sentences(piece.text)]
    unique = dict(labelled)
    if sum(label == ORDINARY for label in unique.values()) < FOLDS:
        raise PackError(
            f"pack {pack.name!r} has rules but fewer than {FOLDS} questions or sentences of articles that they do not "
            "hold for: add pairs or articles"
        )
    return list((dict(_everyday_messages(pack)) | unique).items())


def _everyday_messages(pack: Pack) -> list[tuple[str, str]]:
    """What is ordinary in any domain; what says little by itself falls under the pack's rule that asks back, if any."""
    asks = next((rule.name for rule in pack.rules if rule.does.asks), ORDINARY)
    return [(text, asks) for text in everyday("elliptical")] + [(text, ORDINARY) for text in everyday("plain")]


def _likeliest(rules: Sequence[Rule], shares: dict[str, float], probability: float, tone: Rule | None) -> Route:
    if not rules:
        return Route(None, 0.0, tone)
    return Route(max(rules, key=lambda rule: shares.get(rule.name, 0.0) * _weight(rule)), probability, tone)


def _weight(rule: Rule) -> float:
    """How much a rule weighs against others: more where a person is fetched, or little is enough to be sure."""
    return (CAUTION if rule.does.fetches else 1.0) / rule.sure**2


def _all_classes(model: "LogisticRegression") -> tuple[Vectors, Vectors]:
    """Weights and biases with one row a class; scikit-learn keeps one row for two classes."""
    weights, bias = model.coef_, model.intercept_
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]) / 2, np.append(-bias, bias) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _softmax(scores: Vectors) -> Vectors:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _flat(message: str) -> str:
    return " ".join(words(message))


def _kept(cache: Path | None, embedder: Embedder, texts: list[str], labels: list[str | float]) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256(json.dumps([embedder.name, texts, labels]).encode()).hexdigest()[:24]
    return cache / f"{digest}.router.npz"
