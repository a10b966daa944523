"""A pack is changed file by file: checked as a whole, written whole, kept with what was before, undone."""

import shutil
import threading
from pathlib import Path

import pytest

from chatbot.broker import Happening
from chatbot.errors import ChangedMeanwhileError, InputError, NotFoundError, PackError
from chatbot.knowledge.editing import editor as editing
from chatbot.knowledge.editing.editor import CHANGED, PackEditor
from chatbot.knowledge.editing.files import article_file
from chatbot.knowledge.packs import load_pack
from chatbot.settings import load_settings
from chatbot.store.sqlite.store import SqliteStore
from tests.events import latest

RETURNS = article_file("returns")
LONGER = "# Returns\n\n## Time\n\nA lamp can be returned within 60 days of delivery.\n"
OLGA, OTTO = "operator:Olga", "operator:Otto"


@pytest.fixture
def editor(pack_folder: Path, store: SqliteStore) -> PackEditor:
    return PackEditor(load_settings(pack=str(pack_folder)), store)


def told(editor: PackEditor) -> str:
    return " ".join(piece.text for piece in load_pack(editor.folder).pieces)


def test_a_change_is_written_kept_and_told(editor: PackEditor, store: SqliteStore) -> None:
    heard: list[Happening] = []
    store.broker.listen(heard.append)
    before = editor.read(RETURNS)
    change = editor.save(RETURNS, LONGER.replace("\n", "\r\n"), before.revision, OLGA)
    assert change and (change.before, change.after, change.actor) == (before.text, LONGER, OLGA)
    assert editor.read(RETURNS).text == LONGER and "60 days" in told(editor)
    assert [one.kind for one in heard] == ["pack"] and heard[0].detail == {"file": RETURNS, "change": 1}
    event = latest(store, [CHANGED], 1)[0]
    assert (event.actor, event.subject, event.detail) == (OLGA, RETURNS, {"change": 1, "undoes": None})
    assert editor.save(RETURNS, LONGER, editor.read(RETURNS).revision, OTTO) is None, "nothing was changed"


def test_a_fault_is_told_and_nothing_is_saved(editor: PackEditor) -> None:
    before = editor.read(RETURNS)
    with pytest.raises(PackError) as refused:
        editor.save(RETURNS, "No title, no heading.\n", before.revision, OLGA)
    assert refused.value.faults == ["articles/returns.md:1: must begin with a title, '# …'"]
    assert editor.read(RETURNS) == before and editor.history.all() == []


def test_the_second_of_two_is_told_who_was_first(editor: PackEditor) -> None:
    opened = editor.read(RETURNS).revision
    editor.save(RETURNS, LONGER, opened, OLGA)
    with pytest.raises(ChangedMeanwhileError, match=r"^Olga changed articles/returns.md after it was opened"):
        editor.save(RETURNS, LONGER.replace("60", "90"), opened, OTTO)
    assert editor.read(RETURNS).text == LONGER
    (editor.folder / RETURNS).write_text(LONGER.replace("60", "45"), encoding="utf-8")
    with pytest.raises(ChangedMeanwhileError, match=r"^somebody changed"):
        editor.save(RETURNS, LONGER, opened, OTTO)


def test_of_many_at_once_one_wins(editor: PackEditor) -> None:
    opened, lost = editor.read(RETURNS).revision, list[str]()

    def save(days: int) -> None:
        try:
            editor.save(RETURNS, LONGER.replace("60", str(days)), opened, OLGA)
        except ChangedMeanwhileError as error:
            lost.append(str(error))

    threads = [threading.Thread(target=save, args=(days,)) for days in range(40, 44)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 3 and len(editor.history.all()) == 1


def test_any_change_is_undone_and_the_undoing_too(editor: PackEditor) -> None:
    first = editor.read(RETURNS).text
    for days in ("60", "90"):
        editor.save(RETURNS, LONGER.replace("60", days), editor.read(RETURNS).revision, OLGA)
    undone = editor.undo(1, OTTO)
    assert undone and undone.undoes == 1 and editor.read(RETURNS).text == first
    editor.undo(undone.number, OTTO)
    assert "90 days" in told(editor)
    assert [one.number for one in editor.history.all(RETURNS)] == [4, 3, 2, 1]
    with pytest.raises(NotFoundError, match="change 9 does not exist"):
        editor.undo(9, OTTO)


def test_articles_are_added_and_removed(editor: PackEditor) -> None:
    name = article_file("gift-cards")
    editor.save(name, "# Gift cards\n\nA gift card is valid for two years.\n", "", OLGA)
    assert "two years" in told(editor)
    with pytest.raises(ChangedMeanwhileError):
        editor.save(name, "# Gift cards\n\nAnother.\n", "", OTTO)
    editor.save(name, None, editor.read(name).revision, OLGA)
    with pytest.raises(NotFoundError, match=r"articles/gift-cards.md does not exist"):
        editor.read(name)
    editor.undo(2, OLGA)
    assert "two years" in told(editor)


@pytest.mark.parametrize("name", ["articles/../pack.toml", "articles/a/b.md", "pairs.jsonl", "articles/.h.md", "x"])
def test_nothing_else_is_changed(editor: PackEditor, name: str) -> None:
    with pytest.raises(InputError, match="cannot be changed"):
        editor.save(name, "# Anything\n", "", OLGA)


def test_a_new_file_has_a_plain_name(editor: PackEditor) -> None:
    with pytest.raises(InputError, match="'Gift Cards' cannot name a file"):
        editor.save("articles/Gift Cards.md", "# Gift cards\n\nYes.\n", "", OLGA)


def test_the_name_of_a_pack_stays(editor: PackEditor) -> None:
    opened = editor.read("pack.toml")
    with pytest.raises(InputError, match="`name` stays"):
        editor.save("pack.toml", str(opened.text).replace('"lamps"', '"lights"'), opened.revision, OLGA)


def test_a_packaged_pack_is_copied_by_its_first_change(
    pack_folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.pack_folders.DATA", pack_folder.parent)
    settings = load_settings(pack="lamps")
    editor = PackEditor(settings, store)
    before = editor.read(RETURNS)
    assert editor.is_packaged
    editor.save(RETURNS, LONGER, before.revision, OLGA)
    assert not editor.is_packaged and settings.pack_folder == settings.home / "packs" / "lamps"
    assert (pack_folder / RETURNS).read_text(encoding="utf-8") == before.text
    assert "60 days" in told(editor) and load_settings(pack="lamps").pack_folder == settings.pack_folder


def test_a_folder_that_cannot_be_written_is_told_in_words(editor: PackEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path, name: str, text: str | None) -> None:
        raise PermissionError(13, "Permission denied", str(folder / name))

    monkeypatch.setattr(editing, "write_file", refuse)
    opened = editor.read(RETURNS)
    with pytest.raises(InputError, match=r"nothing was saved: .*returns.md' cannot be written \(Permission denied\)"):
        editor.save(RETURNS, LONGER, opened.revision, OLGA)
    assert editor.read(RETURNS) == opened and editor.history.all() == []


def test_a_home_that_cannot_be_written_is_told_in_words(
    pack_folder: Path, store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.pack_folders.DATA", pack_folder.parent)
    settings = load_settings(pack="lamps")
    (settings.home / "packs").write_text("a file where a folder should be")
    editor = PackEditor(settings, store)
    with pytest.raises(InputError, match="nothing was saved"):
        editor.save(RETURNS, LONGER, editor.read(RETURNS).revision, OLGA)
    assert shutil.disk_usage(settings.home) and editor.is_packaged
