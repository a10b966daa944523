"""Which way of looking things up finds the fact that an answer needs, and how fast a large index is searched.

    python -m benchmarks.retrieval [--version V] [--json]

For each held-out question of the configured pack's `facts` suite: are all words that a right answer needs in the first
1, 2, 3 or 5 passages? Compared are ways to cut articles, to rank them and to ask with the conversation (`multi_turn`
suite), each by the untouched embedder and, where there is a fine-tuned version, by its retriever. Also: what the bot
would answer right, wrong and not at all over the score below which it abstains. Takes about five minutes.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import bm25s
import click
import numpy as np

from benchmarks.machine import describe_machine
from chatbot.commands import quieten
from chatbot.dialogue.lookup import Asked, search_queries, topic_of
from chatbot.dialogue.turn import UNSURE_TO_QUOTE
from chatbot.engines.base_model import BaseModel
from chatbot.knowledge.articles.pieces import Piece, split_article
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.packs import Case, Pack
from chatbot.knowledge.retrieval.embeddings import Embedder, Vectors
from chatbot.knowledge.retrieval.index import KnowledgeIndex, Query
from chatbot.knowledge.retrieval.questions import known_questions
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE
from training.evaluation.likelihood import reply_likelihoods
from training.evaluation.suites import holds
from training.finetuning.encoding import encode_rows
from training.rows import Row
from training.workbench import open_workbench

DEPTHS = (1, 2, 3, 5)
RERANKED = 10
FUSION_CONSTANT = 60
WINDOW = 3
MANY = 100_000
SEARCHES = 20
THRESHOLDS = (0.30, 0.32, 0.34, 0.36, 0.38, 0.40, 0.42, 0.44, 0.46, 0.48, 0.50)

Ranking = Callable[[Case], Sequence[str]]


def recall(cases: Sequence[Case], ranked: Ranking) -> dict[str, float]:
    """Share of the cases whose needed words all stand in the first passages of a ranking, by how many are read."""
    found = dict.fromkeys(DEPTHS, 0)
    for case in cases:
        texts = ranked(case)
        for depth in DEPTHS:
            found[depth] += _holds_all(case, texts[:depth])
    return {str(depth): round(count / len(cases), 3) for depth, count in found.items()}


def by_sentence(pack: Pack) -> list[Piece]:
    """Each sentence by itself."""
    return [replace(piece, text=text) for piece in pack.pieces for text in split_sentences(piece.text)]


def by_window(pack: Pack) -> list[Piece]:
    """Three sentences in a row, beginning at each."""
    windows = []
    for piece in by_section(pack):
        parts = split_sentences(piece.text)
        last = max(1, len(parts) - WINDOW + 1)
        windows += [replace(piece, text=" ".join(parts[at : at + WINDOW])) for at in range(last)]
    return windows


def by_section(pack: Pack) -> list[Piece]:
    """Each section whole."""
    files = sorted((pack.folder / "articles").glob("*.md"))
    return [piece for file in files for piece in split_article(file.stem, file.read_text(encoding="utf-8"), 10_000)]


def embedding_ranks(embedder: Embedder, pieces: Sequence[Piece]) -> Ranking:
    """By cosine."""
    return index_ranks(KnowledgeIndex(embedder, pieces))


def index_ranks(index: KnowledgeIndex) -> Ranking:
    """As the product looks things up, asked with the last message alone."""
    return lambda case: [p.text for p in index.search([case.messages[-1].content], RERANKED)]


def bm25_ranks(pieces: Sequence[Piece]) -> Ranking:
    """By BM25 (Robertson et al., 1994) over unstemmed words without English stop words."""
    texts = [piece.text for piece in pieces]
    lexical = bm25s.BM25()
    shown = {"show_progress": False}
    lexical.index(bm25s.tokenize([piece.headed for piece in pieces], **shown), **shown)

    def ranked(case: Case) -> list[str]:
        asked = bm25s.tokenize([case.messages[-1].content], **shown)
        found, _ = lexical.retrieve(asked, k=min(len(texts), 50), **shown)
        return [texts[position] for position in found[0]]

    return ranked


def fused(*rankings: Ranking) -> Ranking:
    """By reciprocal ranks (Cormack et al., 2009)."""

    def ranked(case: Case) -> list[str]:
        scores: dict[str, float] = {}
        for ranking in rankings:
            for rank, text in enumerate(ranking(case)):
                scores[text] = scores.get(text, 0.0) + 1 / (FUSION_CONSTANT + rank)
        return sorted(scores, key=lambda text: -scores[text])

    return ranked


def reranked(base: BaseModel, cases: Sequence[Case], ranking: Ranking) -> Ranking:
    """The first ten by how likely the base model finds the question after the passage (Sachan et al., 2022)."""
    candidates = {case.id: list(ranking(case))[:RERANKED] for case in cases}
    rows: list[Row] = [
        {
            "id": f"{case.id}/{number}",
            "messages": [
                {"role": "user", "content": f"{text}\n\nWrite a question that this passage answers."},
                {"role": "assistant", "content": case.messages[-1].content},
            ],
        }
        for case in cases
        for number, text in enumerate(candidates[case.id])
    ]
    encoded = encode_rows(base, rows, 2048).rows
    likely = {
        row.id: found.log_likelihood for row, found in zip(encoded, reply_likelihoods(base, None, encoded), strict=True)
    }

    def ranked(case: Case) -> list[str]:
        texts = candidates[case.id]
        order = sorted(range(len(texts)), key=lambda number: -likely[f"{case.id}/{number}"])
        return [texts[number] for number in order]

    return ranked


def follow_ups(index: KnowledgeIndex, cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Ways of asking with the conversation."""

    def asking(queries: Callable[[Case], Sequence[Query]]) -> dict[str, float]:
        return recall(cases, lambda case: [p.text for p in index.search(queries(case), max(DEPTHS))])

    def history(case: Case) -> list[Any]:
        return [{"role": m.role, "content": m.content} for m in case.messages[:-1]]

    def after_reply(case: Case) -> list[Query]:
        return [f"{case.messages[-2].content}\n{case.messages[-1].content}"]

    def product(case: Case) -> list[Query]:
        said = history(case)
        return search_queries(Asked(case.messages[-1].content, said, topic=topic_of(index, said)))

    return {
        "the question alone": asking(lambda case: product(case)[:1]),
        "after the user's message before it": asking(lambda case: product(case)[1:2]),
        "the better of the two": asking(lambda case: product(case)[:2]),
        "those, and the article that the talk is about (in use)": asking(product),
        "after the reply before it, as the suite words it": asking(after_reply),
    }


def trade_off(index: KnowledgeIndex, cases: Sequence[Case]) -> dict[str, dict[str, float]]:
    """Right, wrong and abstained over the score below which nothing counts as found; two passages are read."""
    found = [index.search([case.messages[-1].content], 2) for case in cases]
    right = np.array([_holds_all(case, [p.text for p in texts]) for case, texts in zip(cases, found, strict=True)])
    best = np.array([texts[0].score for texts in found])
    told = {}
    for threshold in THRESHOLDS:
        answers = best >= threshold
        told[f"{threshold:.2f}"] = {
            "right": round(float((answers & right).mean()), 3),
            "wrong": round(float((answers & ~right).mean()), 3),
            "abstained": round(float((~answers).mean()), 3),
        }
    return told


def search_speed(dimensions: int) -> dict[str, float]:
    """Median milliseconds of a search over 100,000 passages, the question's vector given, asked once and thrice."""
    random = np.random.default_rng(1)

    class Given:
        name = "given"

        def encode(self, texts: Sequence[str]) -> Vectors:
            vectors = random.standard_normal((len(texts), dimensions), np.float32)
            unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return unit

    pieces = [Piece("a", "Title", "", f"Passage {number}.", number) for number in range(MANY)]
    index = KnowledgeIndex(Given(), pieces)
    taken = {}
    for name, queries in (("one query", ["a"]), ("three queries", ["a", "b", "c"])):
        times = []
        for _ in range(SEARCHES):
            began = time.perf_counter()
            index.search(queries, 2)
            times.append((time.perf_counter() - began) * 1000)
        taken[name] = round(median(times), 1)
    return taken


def _holds_all(case: Case, texts: Sequence[str]) -> bool:
    return all(holds(" ".join(texts), needed) for needed in case.must_include)


@click.command()
@click.option("--version", default="champion", help="The version whose retriever is measured too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(version: str, as_json: bool) -> None:
    """Compare ways of looking things up."""
    quieten()
    settings = load_settings()
    store = open_store(settings.database)
    bench = open_workbench(settings, store)
    tuned = store.versions.resolve(version)
    pack, embedder = bench.pack, bench.embedder
    facts = [case for case in pack.suites["facts"] if case.must_include]
    talks = [case for case in pack.suites["multi_turn"] if case.must_include]
    questions = known_questions(pack.pieces, pack.pairs, pack.dialogues)
    plain = embedding_ranks(embedder, pack.pieces)
    tied = index_ranks(KnowledgeIndex(embedder, pack.pieces, questions))
    rankings: dict[str, Ranking] = {
        "sentences": embedding_ranks(embedder, by_sentence(pack)),
        "windows of three sentences": embedding_ranks(embedder, by_window(pack)),
        "whole sections": embedding_ranks(embedder, by_section(pack)),
        "pieces of at most 60 words": plain,
        "pieces, BM25": bm25_ranks(pack.pieces),
        "pieces, fusion of embeddings and BM25": fused(plain, bm25_ranks(pack.pieces)),
        "pieces, first ten re-ranked by likelihood of the question": reranked(bench.base, facts, plain),
        "pieces with known questions": tied,
        "pieces with known questions, re-ranked": reranked(bench.base, facts, tied),
    }
    index = bench.knowledge(tuned).index
    if tuned != BASE:
        retriever = index.embedder
        rankings["pieces, fine-tuned retriever"] = embedding_ranks(retriever, pack.pieces)
        rankings["pieces with known questions, fine-tuned retriever"] = index_ranks(index)
    result = {
        "machine": describe_machine(),
        "pack": settings.pack,
        "version": tuned,
        "facts": {name: recall(facts, ranking) for name, ranking in rankings.items()},
        "follow_ups": follow_ups(index, talks),
        "usual_assurance": round(index.usual(UNSURE_TO_QUOTE), 3),
        "trade_off": trade_off(index, facts),
        f"search_ms_of_{MANY}": search_speed(embedder.encode(["-"]).shape[1]),
    }
    if as_json:
        click.echo(json.dumps(result, ensure_ascii=False))
        return
    for group in ("facts", "follow_ups", "trade_off"):
        click.echo(group)
        for name, shares in result[group].items():  # type: ignore[attr-defined]
            click.echo(f"  {name:60}" + "".join(f"  {key} {share:.3f}" for key, share in shares.items()))
    click.echo(f"usual assurance {result['usual_assurance']}, search {result[f'search_ms_of_{MANY}']} ms")


if __name__ == "__main__":
    main()
