"""The card beside an export: how to run it, and how the version was made, without a second heading."""

from pathlib import Path

import pytest

from chatbot.engines.base_model import BaseModel
from training.release.export_card import write_export_card

BASE = BaseModel("tiny", "0123456789abcdef0123", Path("tiny"), Path("models"))


@pytest.mark.parametrize(
    ("kind", "told"),
    [("gguf", "llama-server -m out.gguf"), ("peft", "PeftModel.from_pretrained"), ("merged", "the adapter merged in")],
)
def test_a_card_says_how_to_run_the_files(tmp_path: Path, kind: str, told: str) -> None:
    made = tmp_path / "made.md"
    made.write_text("---\ntags: [lora]\n---\n# lamps-v0001\n\nLearned from 40 rows.\n")
    write_export_card(tmp_path / "card.md", "lamps-v0001", kind, "out.gguf", BASE, "owner/tiny", made)
    card = (tmp_path / "card.md").read_text()
    assert told in card and "base_model: owner/tiny" in card
    assert "Learned from 40 rows." in card
    assert card.count("# lamps-v0001") == 1 and card.count("tags:") == 1


def test_the_base_itself_was_not_made_here(tmp_path: Path) -> None:
    write_export_card(tmp_path / "card.md", "base", "merged", "out", BASE, "owner/tiny", None)
    card = (tmp_path / "card.md").read_text()
    assert "untouched" in card and "the adapter merged in" not in card and "own folder" not in card
