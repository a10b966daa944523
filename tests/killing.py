"""What must be whole after a kill -9 at every single touch of files: `python -m tests.killing WORK FOLDER`.

A process of its own for each kind of work, since it forks. Prints a line for each touch: what is wrong, or `whole`.
"""

import os
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.crashes.restores import State
from benchmarks.crashes.soundness import faults
from benchmarks.crashes.touches import killed_at_each
from chatbot.engines.base_model import NO_BASE
from chatbot.errors import PackError
from chatbot.knowledge.importing.scaffold import write_scaffold
from chatbot.knowledge.packs import load_pack
from chatbot.store import open_store
from chatbot.store.sqlite.backup import back_up, restore
from chatbot.version_folder import VersionFolder
from chatbot.web.access import Access
from tests.events import latest
from tests.packs import ARTICLES
from training.release.publish import publish
from training.runs.resuming import Beginning


@dataclass(frozen=True)
class Work:
    """What is killed, what it finds, and what is wrong afterwards."""

    prepare: Callable[[Path], object]
    do: Callable[[Path], object]
    faults: Callable[[Path], list[str]]


def with_chat(home: Path, words: str) -> None:
    with closing(open_store(home / "chatbot.db")) as store:
        store.conversations.start(store.people.add_visitor(), "lamps", words)
        unlisted = VersionFolder.within(home, words)
        unlisted.adapter.mkdir(parents=True)
        (unlisted.adapter / "adapter_model.safetensors").write_text(words)
        publish(store, NO_BASE, "lamps", unlisted, lambda version: words, "system")


def two_states(folder: Path) -> None:
    with_chat(folder / "other", "what is backed up")
    back_up(folder / "other", folder / "backup")
    with_chat(folder / "home", "what is there")
    shutil.copytree(folder / "home", folder / "before")


def restored_faults(folder: Path) -> list[str]:
    home = folder / "home"
    before, held = State.of(folder / "before" / "chatbot.db"), State.of(folder / "backup" / "chatbot.db")
    found = faults(home)
    with closing(open_store(home / "chatbot.db")) as store:
        recorded = len(latest(store, ["restored"], 9))
    if held.is_in(home / "chatbot.db"):
        (old,) = folder.glob("home.before-restore-*")
        found += [] if before.is_in(old / "chatbot.db") else ["what was replaced is not kept"]
        found += [] if recorded else ["the restore is not in the audit log"]
    elif not before.is_in(home / "chatbot.db") or recorded:
        found.append(f"neither what was there nor the backup: {sorted(one.name for one in home.iterdir())}")
    return found


def signing_key_faults(folder: Path) -> list[str]:
    with closing(open_store(folder / "home" / "chatbot.db")) as store:
        Access(store, folder / "home" / "cookie.key")
    return faults(folder / "home")


def pack_faults(folder: Path) -> list[str]:
    try:
        pack = load_pack(folder / "new")
    except PackError:
        return []
    return [] if pack.rules and len({piece.article for piece in pack.pieces}) > len(ARTICLES) else ["half a pack loads"]


def articles(folder: Path) -> None:
    (folder / "articles").mkdir()
    for name, text in ARTICLES.items():
        (folder / "articles" / f"{name}.md").write_text(text)


def beginning_faults(folder: Path) -> list[str]:
    file = folder / "run.json"
    return ["half of a run's beginning"] if file.is_file() and not file.read_text().endswith("}") else []


WORKS = {
    "restore": Work(two_states, lambda folder: restore(folder / "backup", folder / "home"), restored_faults),
    "publish": Work(
        lambda folder: with_chat(folder / "home", "first"),
        lambda folder: with_chat(folder / "home", "second"),
        lambda folder: faults(folder / "home"),
    ),
    "key": Work(lambda folder: None, signing_key_faults, signing_key_faults),
    "pack": Work(articles, lambda folder: write_scaffold(folder / "new", folder / "articles"), pack_faults),
    "run": Work(lambda folder: None, lambda folder: Beginning({}).save(folder), beginning_faults),
}


def main(name: str, folder: Path) -> None:
    os.umask(0o077)
    work = WORKS[name]
    for place in killed_at_each(work.do, work.prepare, folder):
        print("; ".join(work.faults(place)) or "whole", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]).resolve())
