"""A changed pack is seen whole before anything is written."""

from pathlib import Path

import pytest

from chatbot.errors import PackError
from chatbot.knowledge.editing.changed import changed_pack, remarks_on
from chatbot.knowledge.packs import load_pack


def test_all_of_it_is_seen_and_nothing_is_written(pack_folder: Path) -> None:
    before = {path: path.read_bytes() for path in pack_folder.rglob("*") if path.is_file()}
    pack = changed_pack(pack_folder, "articles/new.md", "# New\n\nWe sell candles.\n")
    assert {piece.article for piece in pack.pieces} == {"delivery", "new", "returns"}
    assert pack.folder == pack_folder and len(pack.pairs) == len(load_pack(pack_folder).pairs)
    assert {path: path.read_bytes() for path in pack_folder.rglob("*") if path.is_file()} == before
    gone = changed_pack(pack_folder, "articles/returns.md", None)
    assert {piece.article for piece in gone.pieces} == {"delivery"}


def test_every_fault_is_told_under_the_packs_own_folder(pack_folder: Path) -> None:
    with pytest.raises(PackError, match=str(pack_folder)) as refused:
        changed_pack(pack_folder, "rules/harm.toml", 'action = "explode"\nexamples = ["a"]\n')
    assert len(refused.value.faults) == 2 and all(one.startswith("rules/harm.toml: ") for one in refused.value.faults)


def test_remarks_are_those_that_a_change_brings(pack_folder: Path) -> None:
    pack = load_pack(pack_folder)
    text = (pack_folder / "articles/returns.md").read_text(encoding="utf-8")
    found = remarks_on(pack, "articles/returns.md", text + "\nA lamp can be returned within 14 days of delivery.\n")
    assert len(found.new) == 1 and "disagree" in found.new[0] and found.gone == []
