"""The retriever of a version: the embedder, fine-tuned so that a question lands near the piece that answers it.

Contrastive learning with in-batch negatives (Henderson et al., 2017, https://arxiv.org/abs/1705.00652), symmetric in
question and piece; no batch holds the same piece twice.
"""

import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from chatbot.knowledge.articles.pieces import Piece
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.retrieval.questions import KnownQuestion, Ties, known_questions
from training.finetuning.embedders.embedder import descend, encode, learning_copy, save
from training.finetuning.recipe import Recipe
from training.origins import ORIGINS
from training.rows import Row

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

BATCH = 40
SMALLEST_BATCH = 2
SHARPNESS = 20.0


@dataclass(frozen=True)
class RetrieverOutcome:
    """What came of it: the share of held-out questions whose nearest piece answers them, before and after."""

    recall_before: float | None
    recall_after: float | None
    questions: int
    seconds: float


def learned_questions(pack: Pack, rows: Iterable[Row]) -> list[KnownQuestion]:
    """The pack's questions, and those of a snapshot's rows that people corrected, approved or liked.

    What such a row replies is tied to the piece that holds most of its words, in the place of what the pack says of the
    same question; a reply of other words teaches nothing here.
    """
    ties = Ties(pack.pieces)
    told = [row for row in rows if not ORIGINS[row["origin"]].curated]
    tied = [(row["asked"], ties.restated(row["messages"][-1]["content"])) for row in told]
    people = {asked: KnownQuestion(asked, (piece,)) for asked, piece in tied if piece is not None}
    known = known_questions(pack.pieces, pack.pairs, pack.dialogues)
    return [question for question in known if question.text not in people] + list(people.values())


def finetune_retriever(
    embedder: Path | str,
    pieces: Sequence[Piece],
    questions: Sequence[KnownQuestion],
    held_out: Collection[str],
    recipe: Recipe,
    out: Path,
    report: Callable[[float], None] = lambda fraction: None,
) -> RetrieverOutcome:
    """Teach a copy of the embedder and save it under `out`; `report` hears the share done and may raise to stop."""
    began = time.perf_counter()
    model = learning_copy(embedder, recipe.seed)
    texts = [piece.headed for piece in pieces]
    learned = [question for question in questions if question.text not in held_out]
    tested = [question for question in questions if question.text in held_out]
    before = _recall(model, texts, tested)

    contrast = in_batch_negatives(model)

    def loss(batch: Sequence[KnownQuestion]) -> torch.Tensor:
        asked = encode(model, [question.text for question in batch])
        answering = encode(model, [texts[question.pieces[0]] for question in batch])
        told: torch.Tensor = contrast.compute_loss_from_embeddings([asked, answering], labels=None)
        return told

    orders = [random.Random(recipe.seed + epoch) for epoch in range(recipe.retriever_epochs)]
    batches = [batch for order in orders for batch in _batches(learned, order)]
    descend([(model.parameters(), recipe.retriever_learning_rate)], batches, loss, recipe, report)
    after = _recall(model, texts, tested)
    save(model, out)
    return RetrieverOutcome(before, after, len(learned), round(time.perf_counter() - began, 1))


def in_batch_negatives(model: torch.nn.Module) -> "MultipleNegativesRankingLoss":
    """The loss of vectors of questions and of their pieces, each pair against the others of the batch, both ways."""
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    both = ("query_to_doc", "doc_to_query")
    return MultipleNegativesRankingLoss(model, SHARPNESS, directions=both, partition_mode="per_direction")


def _batches(questions: Sequence[KnownQuestion], order: random.Random) -> Iterator[list[KnownQuestion]]:
    """Batches in which no piece comes twice: it would be a false negative of itself."""
    waiting = list(questions)
    order.shuffle(waiting)
    while waiting:
        batch: dict[int, KnownQuestion] = {}
        later = []
        for question in waiting:
            if len(batch) < BATCH and question.pieces[0] not in batch:
                batch[question.pieces[0]] = question
            else:
                later.append(question)
        if len(batch) >= SMALLEST_BATCH:
            yield list(batch.values())
        waiting = later


def _recall(model: "SentenceTransformer", texts: list[str], questions: Sequence[KnownQuestion]) -> float | None:
    """Share of the questions whose nearest piece is one that answers them."""
    if not questions:
        return None
    pieces = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    asked = model.encode([q.text for q in questions], normalize_embeddings=True, show_progress_bar=False)
    nearest = (asked @ pieces.T).argmax(axis=1)
    return round(sum(int(n) in q.pieces for n, q in zip(nearest, questions, strict=True)) / len(questions), 4)
