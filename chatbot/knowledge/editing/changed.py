"""A pack as it would be with one file changed, checked whole before anything is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from chatbot.errors import PackError
from chatbot.knowledge.inspection import inspect_pack
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.rules.router import labelled_messages


@dataclass(frozen=True)
class Remarks:
    """What somebody should look at: what a change brings, and what it puts right."""

    new: list[str]
    gone: list[str]


def changed_pack(folder: Path, name: str, text: str | None) -> Pack:
    """The pack in a folder with another text in one file, or without the file; raises `PackError` with all faults."""
    with _changed(folder, name, text) as pack:
        return replace(pack, folder=folder)


def remarks_on(now: Pack, name: str, text: str | None) -> Remarks:
    """What `pack check` would say of the changed pack and does not say `now`, and the other way round."""
    before = inspect_pack(now)
    with _changed(now.folder, name, text) as pack:
        told = inspect_pack(pack)
    return Remarks([line for line in told if line not in before], [line for line in before if line not in told])


@contextmanager
def _changed(folder: Path, name: str, text: str | None) -> Iterator[Pack]:
    """The changed pack in a folder that is there meanwhile."""
    with TemporaryDirectory(prefix="chatbot-pack-") as place:
        seen = Path(place)
        _overlay(folder, seen, name, text)
        try:
            pack = load_pack(seen)
        except PackError as error:
            raise PackError(str(error).replace(str(seen), str(folder)), error.faults) from None
        labelled_messages(pack)
        yield pack


def _overlay(folder: Path, seen: Path, name: str, text: str | None) -> None:
    """A folder that shows another with one file changed: links to all the rest."""
    changed = seen / name
    changed.parent.mkdir(exist_ok=True)
    beside = () if changed.parent == seen else (folder / changed.parent.name).glob("*")
    for path in (*folder.glob("*"), *beside):
        link = seen / path.relative_to(folder)
        if link not in (changed, changed.parent):
            link.symlink_to(path.resolve())
    if text is not None:
        changed.write_text(text, encoding="utf-8", newline="\n")
