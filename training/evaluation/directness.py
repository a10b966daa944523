"""Whether a reply is direct: right, short, and without a sentence about something else than was asked.

A sentence serves the question if it says what a right answer needs or only accompanies an answer (regret, thanks, an
offer of help). Else it is about something else where it brings figures of its own, none of them in the reference or the
question, or three words of its own, unless the embedder finds it near to the reference. The thresholds were set on
labelled sentences, and a test holds precision and recall on others (tests/training/evaluation/sentences.jsonl). It is a
measure, not a proof: a short remark about a near matter passes for one about the matter itself.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import Case
from chatbot.knowledge.retrieval.embeddings import Embedder
from training.evaluation.suites import holds, passes
from training.evaluation.wording import tokens

LONGEST = 45  # words
OWN_WORDS = 3
NEAR = 0.6
NEAR_WITH_FIGURES = 0.75
STEM = 5  # letters
ADDRESS = re.compile(r"\w[.@]\w")
Figure = tuple[Fraction, str] | str
ACCOMPANIES = re.compile(
    r"\b(?:sorry|thank(?:s| you)|welcome|congratulations|happy (?:birthday|to help)|glad|hope|don['’]t worry|"
    r"no (?:problem|worries)|of course|certainly|enjoy|lovely|what a pity|oh dear|oh no|good luck|"
    r"let me know|feel free|anything else|pass(?:ing)? you on)\b|^(?:yes|no|sure)\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Content:
    """What a text tells: its words without the common ones, by how they begin; its figures, addresses and places."""

    words: set[str]
    figures: set[Figure]


def is_direct(embedder: Embedder, case: Case, reply: str, act: str) -> bool:
    """Whether a reply passes its case in at most 45 words without a sentence about something else."""
    return passes(case, reply, act) and len(reply.split()) <= LONGEST and not strays(embedder, case, reply)


def strays(embedder: Embedder, case: Case, reply: str) -> list[str]:
    """The sentences of a reply that are about something else than its case asks."""
    sentences = [
        sentence
        for sentence in split_sentences(reply.replace("\n", " "))
        if not ACCOMPANIES.search(sentence) and not any(holds(sentence, needed) for needed in case.must_include)
    ]
    if not sentences:
        return []
    references = [case.reference, *split_sentences(case.reference)]
    vectors = embedder.encode([*sentences, *references])
    nearness = np.max(vectors[: len(sentences)] @ vectors[len(sentences) :].T, axis=1)
    known = _content(f"{case.reference}\n{case.messages[-1].content}")
    return [one for one, near in zip(sentences, nearness, strict=True) if _strays(_content(one), known, float(near))]


def _strays(own: Content, known: Content, near: float) -> bool:
    if own.figures and not own.figures & known.figures:
        return near < NEAR_WITH_FIGURES
    return len(own.words - known.words) >= OWN_WORDS and near < NEAR


def _content(text: str) -> Content:
    read = tokens(text)
    figures: set[Figure] = {(token.value, token.kind) for token in read if token.value is not None}
    figures |= {token.text for token in read if ADDRESS.search(token.text)}
    figures |= {step.text for mark, step in pairwise(read) if mark.text == ">"}
    words = {token.text[:STEM] for token in read if token.text.isalpha() and len(token.text) > 2}
    return Content(words - {word[:STEM] for word in ENGLISH_STOP_WORDS}, figures)
