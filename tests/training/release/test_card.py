"""The card of a version says what it is and what it came from; its facts have the same on file."""

from pathlib import Path
from typing import Any

from chatbot.engines.base_model import BaseModel
from chatbot.lineage import SnapshotCounts, Version
from training.finetuning.loop.diagnosis import Finding
from training.finetuning.loop.outcome import CrossValidation, Figures, Fold
from training.finetuning.recipe import Recipe
from training.release.card import version_card
from training.release.facts import Facts, Provenance
from training.runs.progress import Point

VERSION = Version("lamps-v0001-ab12cd34", "", "tiny", "run-1", 7, "2026-01-01T10:00:00+00:00")
BASE = BaseModel("tiny", "0123456789abcdef0123", Path("tiny"), Path("models"))
ORIGIN = Provenance(Recipe(rank=8), SnapshotCounts(40, 10, origins={"pair": 50}, digest="ff"), {"torch": "2"})
FIGURES = Figures(
    steps=12,
    train_tokens=3400,
    tokens_per_second=99.5,
    best_validation_loss=1.25,
    base_validation_loss=2.5,
    stopped_early=False,
    too_long=1,
    seconds=34.2,
)
FACTS = Facts(FIGURES, ORIGIN, [Point(1, 2.0, 1e-3)], [Finding("sound", "the loss fell", "Nothing to change.")])
FOLDS = Facts(CrossValidation([Fold(1, 5, 6, 2.5, 1.5), Fold(2, 5, 6, 2.5, 1.0)], 2.5, 1.25, 0.35, 12, 3400), ORIGIN)


def test_the_card_of_a_fine_tune() -> None:
    card = version_card(VERSION, BASE, FACTS)
    for said in (
        "# lamps-v0001-ab12cd34",
        "| steps, tokens | 12, 3400 |",
        "| validation loss, base → best | 2.5 → 1.25 |",
        "Rows: 40 to learn from, 10 to validate on, by origin\n{'pair': 50}. Recipe:",
        '"rank": 8,',
        "What the curves say:\n\n- sound: the loss fell. Nothing to change.\n",
    ):
        assert said in card


def test_the_card_of_an_average_has_no_curve() -> None:
    card = version_card(VERSION, BASE, FOLDS)
    assert "| steps, tokens | 12, 3400 |" in card and "2.5 → 1.25" in card
    assert "What the curves say" not in card


def test_facts_on_file() -> None:
    kept = FACTS.as_dict()
    assert list(kept) == [
        *("steps", "train_tokens", "tokens_per_second", "best_validation_loss", "base_validation_loss"),
        *("stopped_early", "too_long", "seconds", "measures", "curve", "diagnosis", "recipe", "counts", "packages"),
    ]
    assert kept["curve"] == [{"step": 1, "train_loss": 2.0, "rate": 1e-3}]
    assert kept["diagnosis"] == ["sound: the loss fell. Nothing to change."]
    averaged: dict[str, Any] = FOLDS.as_dict()
    assert "curve" not in averaged and "diagnosis" not in averaged
    assert averaged["folds"][1] == {
        **{"fold": 2, "held_out": 5, "steps": 6},
        **{"base_validation_loss": 2.5, "best_validation_loss": 1.0},
    }


def test_counts_have_a_digest_once_they_are_frozen() -> None:
    assert "digest" not in SnapshotCounts(train=1).as_dict()
    kept: dict[str, Any] = ORIGIN.counts.as_dict()
    assert SnapshotCounts(**kept) == ORIGIN.counts
