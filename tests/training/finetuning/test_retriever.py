"""The retriever learns from the pack's questions and from what people corrected, on the real embedder."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy, normalize

from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import DEFAULT, SentenceEmbedder, embedder_folder
from chatbot.knowledge.retrieval.questions import KnownQuestion
from chatbot.records import ChatMessage
from tests.packs import write_pack
from training.finetuning.embedders.retriever import finetune_retriever, in_batch_negatives, learned_questions
from training.finetuning.recipe import load_recipe
from training.origins import OriginName
from training.rows import Row

SLANG = ["how long till it can't go back", "is there a cut-off for bringing it back"]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(write_pack(tmp_path / "lamps"))


def row(origin: OriginName, asked: str, reply: str) -> Row:
    said: list[ChatMessage] = [
        {"role": "user", "content": f"Facts…\n\nQuestion: {asked}"},
        {"role": "assistant", "content": reply},
    ]
    return {"origin": origin, "asked": asked, "messages": said}


def test_what_people_corrected_is_learned_where_it_rests_on_a_piece(pack: Pack) -> None:
    rows = [
        row("correction", SLANG[0], "A lamp can be returned within 30 days of delivery."),
        row("like", "hello you", "Hello! What a lovely morning for a chat between the two of us."),
        row("pair", "how long may i return it", "A lamp can be returned within 30 days of delivery."),
    ]
    piece = next(number for number, piece in enumerate(pack.pieces) if "30 days" in piece.text)
    assert learned_questions(pack, rows) == [*learned_questions(pack, []), KnownQuestion(SLANG[0], (piece,))]


def test_the_loss_is_cross_entropy_of_questions_over_pieces_and_of_pieces_over_questions() -> None:
    vectors = torch.randn(2, 7, 16, generator=torch.Generator().manual_seed(0))
    given, same = (vectors.clone().requires_grad_() for _ in range(2))
    pairs = list(normalize(given, dim=-1))
    loss = in_batch_negatives(torch.nn.Identity()).compute_loss_from_embeddings(pairs, labels=None)
    asked, answering = normalize(same, dim=-1)
    similar, own = 20.0 * asked @ answering.T, torch.arange(7)
    by_hand = (cross_entropy(similar, own) + cross_entropy(similar.T, own)) / 2
    loss.backward()
    by_hand.backward()
    assert loss.item() == pytest.approx(by_hand.item(), rel=1e-6)
    assert given.grad is not None and same.grad is not None and same.grad.norm() > 0.1
    assert torch.allclose(given.grad, same.grad, atol=1e-6)


def test_a_question_comes_nearer_to_the_piece_that_answers_it(pack: Pack, tmp_path: Path) -> None:
    questions = learned_questions(
        pack, [row("correction", asked, "A lamp can be returned within 30 days of delivery.") for asked in SLANG]
    )
    recipe = load_recipe("sft", ("retriever_epochs=6", "retriever_learning_rate=1e-4"))
    heard: list[float] = []
    outcome = finetune_retriever(
        embedder_folder(DEFAULT), pack.pieces, questions, {questions[0].text}, recipe, tmp_path / "taught", heard.append
    )
    assert outcome.questions == len(questions) - 1 and outcome.recall_after is not None and heard[-1] == 1.0

    def margin(embedder: SentenceEmbedder) -> float:
        """How much nearer questions are to their piece than to the nearest other, on average."""
        near = embedder.encode(SLANG) @ embedder.encode([piece.headed for piece in pack.pieces]).T
        own = np.array(["30 days" in piece.text for piece in pack.pieces])
        return float((near[:, own].max(1) - near[:, ~own].max(1)).mean())

    assert margin(SentenceEmbedder(str(tmp_path / "taught"))) > margin(SentenceEmbedder(DEFAULT)) + 0.05
