"""Which messages the articles alone must not answer: small talk, abuse, emergencies, whatever a pack has rules for.

A classifier over sentence embeddings learns the rules from their examples, and ordinary questions from the pack's rows
and from what rules say they are unlike. An embedder that was taught the rules (`training/finetuning/router.py`) keeps
them apart, and that is all. With one that was not, a second classifier weighs the first one's judgement against how
near the message is to the articles, to known questions and to the examples of rules, on scores that were taken without
the row itself (stacking: Wolpert, 1992).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from chatbot.errors import PackError
from chatbot.knowledge.articles import split_sentences
from chatbot.knowledge.embeddings import Embedder, Vectors, windows
from chatbot.knowledge.index import cached_vectors, write_whole
from chatbot.knowledge.packs import Pack, Rule

if TYPE_CHECKING:
    from numpy.typing import NDArray

ORDINARY = ""
TINY = 1e-9
FOLDS = 4
FEWEST_ORDINARY = 20
NEAREST_EXAMPLES = 3
STRENGTH, TAUGHT_STRENGTH = 30.0, 10.0
GRAVE = ("handoff", "refuse")  # what a part of a long message is enough for
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
        self._taught = taught
        self._embedder = embedder
        self._correct = correct
        self._rules = {rule.name: rule for rule in pack.rules}
        self._tones = [rule.name for rule in pack.rules if rule.action == "acknowledge"]
        if not self._rules:
            return
        texts, labels = (list(part) for part in zip(*labelled_messages(pack), strict=True))
        vectors = cached_vectors(embedder, texts, cache)
        described = [piece.headed for piece in pack.pieces]
        counts = Counter(labels)
        self._rarity = {name: 1.0 if taught else counts[name] / counts[ORDINARY] for name in self._tones}
        ordinary = np.array([label in (ORDINARY, *self._tones) for label in labels])
        if not taught:
            self._pieces = cached_vectors(embedder, described, cache)
            self._asked, self._examples = vectors[ordinary], vectors[~ordinary]
        self._learn(vectors, labels, ordinary, _kept(cache, embedder, [*texts, *described], [*labels, *self._tones]))

    def route(self, message: str) -> Route:
        """The likeliest rule for a message, None if the pack has no rules."""
        if not self._rules:
            return Route(None, 0.0)
        message = self._correct(message)
        whole, *parts = (self._route(vector) for vector in self._embedder.encode([message, *windows(message)]))
        urgent = [part for part in parts if part.holds and part.rule and part.rule.action in GRAVE]
        best = max([whole, *urgent], key=lambda route: (route in urgent, route.probability))
        return replace(best, tone=whole.tone)

    def _route(self, vector: Vectors) -> Route:
        guessed = _softmax(vector[None] @ self._weights.T + self._bias)[0]
        shares: dict[str, float] = dict(zip(self._names, guessed.tolist(), strict=True))
        ordinary = float(self._ordinary(guessed))
        tone = self._tone(shares)
        strict = [rule for name, rule in self._rules.items() if name not in self._tones]
        if not strict:
            return Route(None, 0.0, tone)
        rule = max(strict, key=lambda rule: shares.get(rule.name, 0.0) * _weight(rule))
        return Route(rule, 1 - ordinary if self._taught else self._weighed(ordinary, vector), tone)

    def _tone(self, shares: dict[str, float]) -> Rule | None:
        """The likeliest tone that is surer than it must be, against an ordinary message, at its rarity in the rows."""
        odds = {
            name: rarity * shares.get(name, 0.0) / max(shares[ORDINARY], TINY) for name, rarity in self._rarity.items()
        }
        heard = [name for name, value in odds.items() if value / (1 + value) > self._rules[name].sure]
        return self._rules[max(heard, key=lambda name: odds[name])] if heard else None

    def _ordinary(self, guessed: Vectors) -> Any:
        """The probability of a message that the articles may answer, in whatever tone, along the last axis."""
        return guessed[..., [name in (ORDINARY, *self._tones) for name in self._names]].sum(-1)

    def _weighed(self, ordinary: float, vector: Vectors) -> float:
        """The probability that a rule holds, from that of an ordinary message and from what is near."""
        nearness = [
            float((self._pieces @ vector).max()),
            float((self._asked @ vector).max()),
            _mean_of_best(self._examples @ vector),
        ]
        features = np.array([_log_odds(1 - ordinary), *nearness])
        return float(1 / (1 + np.exp(-(features @ self._second[:-1] + self._second[-1]))))

    def _learn(self, vectors: Vectors, labels: Sequence[str], ordinary: "NDArray[np.bool_]", file: Path | None) -> None:
        if file and file.is_file():
            try:
                with np.load(file, allow_pickle=False) as kept:
                    self._names = [str(name) for name in kept["names"]]
                    self._weights, self._bias, self._second = kept["weights"], kept["bias"], kept["second"]
                return
            except (OSError, EOFError, ValueError, KeyError, BadZipFile):
                file.unlink(missing_ok=True)
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import cross_val_predict

        strength, weight = (TAUGHT_STRENGTH, None) if self._taught else (STRENGTH, "balanced")
        first = LogisticRegression(C=strength, max_iter=300, tol=1e-3, class_weight=weight)
        first.fit(vectors, labels)
        self._names = [str(name) for name in first.classes_]
        self._weights, self._bias = _all_classes(first)
        self._second = np.empty(0)
        if not self._taught and not ordinary.all():
            guessed = cross_val_predict(first, vectors, labels, cv=FOLDS, method="predict_proba")
            odds = _log_odds(1 - self._ordinary(guessed))
            features = np.column_stack([odds, self._nearness_without_self(vectors, ordinary)])
            second = LogisticRegression(max_iter=2000).fit(features, ~ordinary)
            self._second = np.append(second.coef_[0], second.intercept_)
        if file:
            learned = {"names": self._names, "weights": self._weights, "bias": self._bias, "second": self._second}
            write_whole(file, lambda out: np.savez(out, **learned))

    def _nearness_without_self(self, vectors: Vectors, ordinary: "NDArray[np.bool_]") -> Vectors:
        asked, examples = vectors @ self._asked.T, vectors @ self._examples.T
        asked[np.flatnonzero(ordinary), np.arange(int(ordinary.sum()))] = -1.0
        examples[np.flatnonzero(~ordinary), np.arange(int((~ordinary).sum()))] = -1.0
        nearest = np.sort(examples, axis=1)[:, -NEAREST_EXAMPLES:].mean(axis=1)
        return np.column_stack([(vectors @ self._pieces.T).max(axis=1), asked.max(axis=1), nearest])


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
    return list(unique.items())


def _weight(rule: Rule) -> float:
    """How much a rule weighs against others: more where a person is fetched, or little is enough to be sure."""
    return (CAUTION if rule.action == "handoff" else 1.0) / rule.sure


def _all_classes(model: Any) -> tuple[Vectors, Vectors]:
    """Weights and biases with one row a class; scikit-learn keeps one row for two classes."""
    weights, bias = model.coef_, model.intercept_
    if len(weights) == 1:
        weights, bias = np.vstack([-weights, weights]) / 2, np.append(-bias, bias) / 2
    return weights.astype(np.float32), bias.astype(np.float32)


def _softmax(scores: Vectors) -> Vectors:
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _log_odds(probability: Any) -> Any:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.log(clipped / (1 - clipped))


def _mean_of_best(similarities: Vectors) -> float:
    return float(np.sort(similarities)[-NEAREST_EXAMPLES:].mean())


def _kept(cache: Path | None, embedder: Embedder, texts: list[str], labels: list[str]) -> Path | None:
    if cache is None:
        return None
    digest = hashlib.sha256(json.dumps([embedder.name, texts, labels]).encode()).hexdigest()[:24]
    return cache / f"{digest}.router.npz"
