"""A second judgement on top of a classifier's: does a message fall under some of the rules, or none of them?

A classifier is sure of itself far from everything that it has seen. A logistic regression weighs its judgement against
how near the message is to the articles, and how much nearer to messages that fall under the rules than to those that do
not. It learns from scores that were taken without the row itself (stacking: Wolpert, 1992).
"""

from typing import TYPE_CHECKING

import numpy as np

from chatbot.knowledge.retrieval.embeddings import Vectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEAREST = 3


class Weigher:
    """Weighs the odds of a classifier; `under` marks the rows of `vectors` that fall under the rules."""

    def __init__(self, vectors: Vectors, pieces: Vectors, under: "NDArray[np.bool_]") -> None:
        self._pieces, self._beyond, self._within = pieces, vectors[~under], vectors[under]
        self._vectors, self._under = vectors, under
        self.learned: Vectors = np.empty(0, np.float32)

    def learn(self, guessed: Vectors) -> None:
        """From the probability that the classifier gives each row which it has not seen."""
        from sklearn.linear_model import LogisticRegression

        beyond, within = self._vectors @ self._beyond.T, self._vectors @ self._within.T
        beyond[np.flatnonzero(~self._under), np.arange(beyond.shape[1])] = -1.0
        within[np.flatnonzero(self._under), np.arange(within.shape[1])] = -1.0
        features = self._features(guessed, self._vectors, beyond, within)
        second = LogisticRegression(max_iter=2000).fit(features, self._under)
        self.learned = np.append(second.coef_[0], second.intercept_).astype(np.float32)

    def weigh(self, guessed: float, vector: Vectors) -> float:
        """The probability for a message with this vector, of which the classifier thinks so."""
        row = vector[None]
        features = self._features(np.array([guessed]), row, row @ self._beyond.T, row @ self._within.T)[0]
        return float(1 / (1 + np.exp(-(features @ self.learned[:-1] + self.learned[-1]))))

    def _features(self, guessed: Vectors, vectors: Vectors, beyond: Vectors, within: Vectors) -> Vectors:
        article = (vectors @ self._pieces.T).max(axis=1)
        near, far = _nearest(within), _nearest(beyond)
        gaps = near[:, -1] - far[:, -1], near.mean(axis=1) - far.mean(axis=1)
        return np.column_stack([_log_odds(guessed), article, *gaps])


def _nearest(similarities: Vectors) -> Vectors:
    """The highest of each row, in rising order."""
    return np.sort(similarities, axis=1)[:, -NEAREST:]


def _log_odds(probability: Vectors) -> Vectors:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    odds: Vectors = np.log(clipped / (1 - clipped))
    return odds
