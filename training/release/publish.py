"""From an adapter to a registered version, and from a version to the one that answers.

A version's folder holds the adapter, the retriever and the router, the merged GGUF file where the base is one, and its
card.
Promoting and rolling back move the alias `champion`, a trial points `canary`; the running server follows both.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.engines.base_model import BaseModel, base_name
from chatbot.errors import NotFoundError, UserError
from chatbot.lineage import Run, Version
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder
from chatbot.weights import file_digest
from training.release.card import version_card
from training.release.compatibility import WEIGHTS
from training.release.merging import merge_into_gguf

if TYPE_CHECKING:
    from training.curation.snapshots import Snapshot
    from training.release.facts import Facts
    from training.workbench import Workbench


def register(
    bench: "Workbench", run: Run, snapshot: "Snapshot", adapter: Path, embedders: Sequence[Path], facts: "Facts"
) -> Version:
    """Merge the adapter and record it as a version under the next name; the alias `candidate` points at it.

    The folders of `embedders` go into the version's under their own names.
    """
    base = bench.base
    work = VersionFolder.within(bench.settings.home, f"{run.id}.partial")
    shutil.rmtree(work.path, ignore_errors=True)
    shutil.copytree(adapter, work.adapter)
    for embedder in embedders:
        shutil.copytree(embedder, work.path / embedder.name)
    if base.gguf is not None:
        merge_into_gguf(base.gguf, work.adapter, work.merged)
    work.facts.write_text(json.dumps(facts.as_dict(), indent=2), encoding="utf-8")

    def card(version: Version) -> str:
        return version_card(version, base, facts)

    return publish(bench.store, base, bench.pack.name, work, card, "system", run.id, snapshot.number)


def publish(
    store: Store,
    base: BaseModel,
    pack: str,
    work: VersionFolder,
    card: Callable[[Version], str],
    actor: str,
    run: str | None = None,
    snapshot: int | None = None,
) -> Version:
    """Give a finished folder the next name; the alias `candidate` points at it.

    The version is listed once its folder is in place; one that nothing lists was left by somebody who was killed.
    """
    digest = file_digest(work.adapter / WEIGHTS)
    with store.transaction():
        version = store.versions.add_version(pack, base.name, digest, run, snapshot)
        work.card.write_text(card(version), encoding="utf-8")
        shutil.rmtree(version.path, ignore_errors=True)
        work.path.rename(version.path)
        store.versions.point("candidate", version.name, actor)
    return version


def files_of(version: Version, instead: str) -> VersionFolder:
    """The version's folder; raises `UserError` where it is gone, with what could be done `instead`."""
    folder = version.folder
    if not folder.path.is_dir():
        raise UserError(f"version {version.name} has no files at {folder.path}: restore them or {instead}")
    return folder


def promote(store: Store, name: str, actor: str) -> Version:
    """Let a version answer from now on; raises `NotFoundError`, or `UserError` when its files are gone."""
    version = store.versions.get(name)
    files_of(version, "promote another version")
    if store.versions.alias("champion") != version.name:
        store.versions.point("champion", version.name, actor)
    if store.versions.alias("canary") == version.name:
        store.versions.drop("canary", actor)
    return version


def is_of_base(version: Version, settings: Settings) -> bool:
    """Whether a version was trained on the base that the settings name, without which it cannot answer here."""
    return settings.weightless or version.base == base_name(settings.base_model)


def refuse_other_base(store: Store, name: str, settings: Settings) -> None:
    """Raise `UserError` for a version of another base than the one that answers."""
    version = store.versions.get(name)
    if not is_of_base(version, settings):
        raise UserError(
            f"{version.name} was trained on base {version.base!r}, and base_model here is {settings.base_model!r}: set "
            f"`base_model` to {version.base!r} and start the server again, then it can answer"
        )


def start_canary(store: Store, name: str, actor: str) -> Version:
    """Let a version answer the setting `canary`'s share of conversations; promoting or `end_canary` ends it."""
    version = store.versions.get(name)
    files_of(version, "try another version")
    if store.versions.resolve("champion") == version.name:
        raise UserError(f"{version.name} answers everybody already: name another version")
    store.versions.point("canary", version.name, actor)
    return version


def end_canary(store: Store, actor: str) -> str:
    """Let the champion answer everybody again; returns the version that was tried."""
    tried = store.versions.drop("canary", actor)
    if tried is None:
        raise NotFoundError("no version is on trial: `python -m training canary VERSION` starts a trial")
    return tried


def roll_back(store: Store, actor: str) -> str:
    """Return to what answered before the champion, the base model in the end; returns its name."""
    champion = store.versions.alias("champion")
    if champion in (None, BASE):
        raise NotFoundError("there is nothing to roll back to: the base model answers already")
    before = version_before(store.versions.champions(), str(champion))
    store.versions.point("champion", before, actor)
    return before


def version_before(history: list[str], champion: str) -> str:
    """What the champion replaced when it first became one; repeated roll-backs walk down to the base model."""
    first = len(history) - 1 - history[::-1].index(champion)
    return history[first + 1] if first + 1 < len(history) else BASE
