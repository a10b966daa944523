"""What belongs to a version's folder has its place there."""

from pathlib import Path

from chatbot.lineage import Version
from chatbot.version_folder import VersionFolder


def test_everything_of_a_version_lies_in_its_folder(tmp_path: Path) -> None:
    folder = VersionFolder.within(tmp_path, "lamps-v0001-abababab")
    assert folder.path == tmp_path.resolve() / "versions" / "lamps-v0001-abababab"
    parts = folder.adapter, folder.merged, folder.retriever, folder.router, folder.facts, folder.card
    assert [part.name for part in parts] == ["adapter", "model.gguf", "retriever", "router", "facts.json", "README.md"]
    assert {part.parent for part in parts} == {folder.path}


def test_a_version_knows_its_folder(tmp_path: Path) -> None:
    assert Version("v", str(tmp_path), "base", None, None, "").folder == VersionFolder(tmp_path)
