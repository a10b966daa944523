"""A backup is whole or not there, and a restore keeps what it replaces."""

from pathlib import Path

import pytest

from chatbot.errors import BusyError, InputError, NotFoundError
from chatbot.store import open_store
from chatbot.store.sqlite.backup import back_up, describe, restore
from chatbot.store.sqlite.restoring import holds_state


def filled(home: Path) -> str:
    """A home with a version; returns its name."""
    store = open_store(home / "chatbot.db")
    version = store.versions.add_version("lamps", "base", "ab" * 32, None, None)
    version.folder.path.mkdir(parents=True)
    version.folder.merged.write_text("weights")
    store.close()
    return version.name


def test_what_is_backed_up_is_restored_elsewhere(tmp_path: Path) -> None:
    name = filled(tmp_path / "home")
    assert back_up(tmp_path / "home", tmp_path / "backup") > 0
    assert describe(tmp_path / "backup") == "0 conversations and 1 versions"
    assert not holds_state(tmp_path / "new")
    assert restore(tmp_path / "backup", tmp_path / "new") is None
    store = open_store(tmp_path / "new" / "chatbot.db")
    assert store.versions.get(name).folder.merged.read_text() == "weights"
    store.close()
    old = restore(tmp_path / "backup", tmp_path / "new")
    assert old and (old / "versions" / name).is_dir()


def test_a_restore_waits_for_no_server(tmp_path: Path) -> None:
    filled(tmp_path / "home")
    back_up(tmp_path / "home", tmp_path / "backup")
    store = open_store(tmp_path / "home" / "chatbot.db")
    with pytest.raises(BusyError, match="stop the server"):
        restore(tmp_path / "backup", tmp_path / "home")
    store.close()


def test_what_cannot_be_backed_up_or_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="nothing to back up"):
        back_up(tmp_path / "home", tmp_path / "backup")
    filled(tmp_path / "home")
    with pytest.raises(InputError, match="lies inside"):
        back_up(tmp_path / "home", tmp_path / "home" / "backup")
    with pytest.raises(NotFoundError, match="is not a backup"):
        describe(tmp_path)
    (tmp_path / "chatbot.db").write_text("no database")
    with pytest.raises(InputError, match="not a readable database"):
        describe(tmp_path)
