"""How alike two questions must be to stand in one gap: questions of packs put together at each threshold, and judged.

    python -m benchmarks.gaps [--pack NAME ...] [--embedder NAME] [--json]

Two questions are the same if the same sentence of an article answers them (`knowledge/retrieval/questions.py`). Told
are B-cubed precision and recall (Bagga and Baldwin, 1998): of the questions beside one in its gap, how many are the
same, and of those that are the same, how many stand beside it. A gap gets one answer, so precision weighs more: F0.5
decides. Of each pack as many questions are drawn as gaps are looked for in, five times. Some minutes; keeps nothing.
"""

import json
import random
from collections import Counter
from collections.abc import Sequence
from statistics import mean

import click
import numpy as np

from benchmarks.machine import describe_machine
from chatbot.desk.gaps import MOST_QUESTIONS, groups, plain
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import DEFAULT, CachedEmbedder, Embedder, SentenceEmbedder
from chatbot.knowledge.retrieval.questions import known_questions
from chatbot.pack_folders import DATA

THRESHOLDS = [round(float(step), 2) for step in np.arange(0.4, 0.86, 0.05)]
BETA = 0.5
DRAWS = 5
Score = tuple[float, float, float]
"""Precision, recall and F0.5."""


def judged(joined: Sequence[int], same: Sequence[str]) -> Score:
    """B-cubed precision and recall of groups, and their weighted mean."""
    sizes, answers, both = Counter(joined), Counter(same), Counter(zip(joined, same, strict=True))
    pairs = list(zip(joined, same, strict=True))
    precision = mean(both[pair] / sizes[pair[0]] for pair in pairs)
    recall = mean(both[pair] / answers[pair[1]] for pair in pairs)
    return precision, recall, (1 + BETA**2) * precision * recall / (BETA**2 * precision + recall)


def measure(pack: str, embedder: Embedder) -> dict[float, Score]:
    """What each threshold makes of a pack's own questions, in the mean of some draws."""
    held = load_pack(DATA / pack)
    answered = {plain(one.text): one.sentence for one in known_questions(held.pieces, held.pairs, ()) if one.sentence}
    found: dict[float, list[Score]] = {alike: [] for alike in THRESHOLDS}
    for seed in range(DRAWS):
        asked = random.Random(seed).sample(sorted(answered), min(MOST_QUESTIONS, len(answered)))
        vectors = embedder.encode(asked)
        for alike in THRESHOLDS:
            found[alike].append(judged(groups(vectors, alike), [answered[question] for question in asked]))
    return {alike: tuple(map(mean, zip(*scores, strict=True))) for alike, scores in found.items()}


@click.command()
@click.option("--pack", "packs", multiple=True, default=["larkspur", "clinic"], show_default=True)
@click.option(
    "--embedder", default=DEFAULT, show_default=True, help="A name, or a folder such as a version's retriever."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(packs: Sequence[str], embedder: str, as_json: bool) -> None:
    """Judge thresholds."""
    model = CachedEmbedder(SentenceEmbedder(embedder))
    found = {pack: measure(pack, model) for pack in packs}
    if as_json:
        click.echo(json.dumps({"machine": describe_machine(), "embedder": embedder, "packs": found}, indent=2))
        return
    for pack, scores in found.items():
        click.echo(f"{pack}: alike, precision, recall, F0.5")
        for alike, (precision, recall, both) in scores.items():
            click.echo(f"  {alike:.2f}  {precision:.3f}  {recall:.3f}  {both:.3f}")


if __name__ == "__main__":
    main()
