"""Changes the files of an installation's pack, for the page, the API and the command line alike.

    editor = PackEditor(settings, store)
    opened = editor.read(article_file("returns"))
    editor.save(opened.name, "# Returns\\n…", opened.revision, person.actor)

A packaged pack is copied into the home by its first change. Nothing is saved with a fault, nor over what somebody else
saved meanwhile. The running server takes what is saved into use (`dialogue/library`).
"""

import shutil
from pathlib import Path

from chatbot.broker import Happening
from chatbot.errors import ChangedMeanwhileError, InputError, NotFoundError
from chatbot.knowledge.editing.changed import changed_pack
from chatbot.knowledge.editing.files import PERSONA, PackFile, check_new, read_file, tidied, write_file
from chatbot.knowledge.editing.history import Change, PackHistory
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.pack_folders import COPIES, packaged
from chatbot.settings import Settings
from chatbot.store import Store

CHANGED = "pack_changed"


class PackEditor:
    """Reads and changes a pack's files."""

    def __init__(self, settings: Settings, store: Store, pack: str | None = None) -> None:
        """`pack` is the pack's own name, which is read from its folder where it is not known."""
        self._settings = settings
        self._store = store
        self.history = PackHistory(settings.home, pack or load_pack(settings.pack_folder).name)

    @property
    def folder(self) -> Path:
        """Where the pack is now."""
        return self._settings.pack_folder

    @property
    def is_packaged(self) -> bool:
        """Whether it is one that comes along, unchanged: its first change copies it."""
        return packaged(str(self.folder)) is not None

    def read(self, name: str) -> PackFile:
        """A file as it is now; raises `NotFoundError` where there is none."""
        file = read_file(self.folder, name)
        if file.text is None:
            raise NotFoundError(f"{name} does not exist in the pack {str(self.folder)!r}")
        return file

    def changed(self, name: str, text: str | None) -> Pack:
        """The pack as it would be with another text in a file; raises `PackError` with every fault."""
        return changed_pack(self.folder, name, None if text is None else tidied(text))

    def save(self, name: str, text: str | None, revision: str, actor: str, undoes: int | None = None) -> Change | None:
        """Give a file another text, or remove it; returns None where that changes nothing.

        `revision` is that of the file when it was opened, "" for a new one: raises `ChangedMeanwhileError` where it is
        another one by now, `PackError` with every fault, `InputError` where the folder cannot be written.
        """
        if text is not None:
            text = tidied(text)
        try:
            with self.history.alone():
                now = read_file(self.folder, name)
                self._refuse_changed(now, revision)
                if now.text is None:
                    check_new(name)
                if text == now.text:
                    return None
                changed = changed_pack(self.folder, name, text)
                if name == PERSONA and changed.name != load_pack(self.folder).name:
                    raise InputError("the pack's `name` stays: versions and chats are known by it")
                self._own_copy()
                change = self._write(now, text, actor, undoes)
        except OSError as error:
            raise InputError(
                f"nothing was saved: {str(error.filename or self.folder)!r} cannot be written ({error.strerror}). Give "
                "the account that runs the server the right to write there, or copy the pack and set `pack` to the copy"
            ) from None
        self._store.broker.publish(Happening("pack", "", {"file": name, "change": change.number}))
        return change

    def undo(self, number: int, actor: str, revision: str | None = None) -> Change | None:
        """Give the file of a change the text from before it; what came after it is undone with it.

        With a `revision`, only where the file is still that one.
        """
        change = self.history.get(number)
        now = read_file(self.folder, change.file).revision
        return self.save(change.file, change.before, now if revision is None else revision, actor, number)

    def _refuse_changed(self, now: PackFile, revision: str) -> None:
        if now.revision == revision:
            return
        last = next(iter(self.history.all(now.name)), None)
        who = last.actor.partition(":")[2] if last and last.after == now.text else "somebody"
        what = f"{who} {'removed' if now.text is None else 'changed'} {now.name}"
        raise ChangedMeanwhileError(f"{what} after it was opened here: nothing was saved, and nothing of yours is lost")

    def _own_copy(self) -> None:
        """Copy a packaged pack into the home, where it is changed."""
        ours = packaged(str(self.folder))
        if ours is None:
            return
        copy = self._settings.home / COPIES / ours.name
        partial = copy.with_name(f".{ours.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(ours, partial, copy_function=shutil.copyfile)
        partial.rename(copy)

    def _write(self, now: PackFile, text: str | None, actor: str, undoes: int | None) -> Change:
        change = self.history.add(actor, now.name, now.text, text, undoes)
        try:
            write_file(self.folder, now.name, text)
        except OSError:
            self.history.drop(change)
            raise
        self._store.events.add(actor, CHANGED, now.name, change=change.number, undoes=undoes)
        return change
