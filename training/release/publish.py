"""From an adapter to a registered version, and from a version to the one that answers.

A version's folder holds the adapter, the retriever and the router, the merged GGUF file where the base is one, and its
card.
Promoting and rolling back move the alias `champion`, a trial points `canary`; the running server follows both.
"""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.engines.base_model import BaseModel
from chatbot.engines.loading import ADAPTER, MERGED
from chatbot.errors import NotFoundError, UserError
from chatbot.records import Run, Version
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.weights import file_digest
from training.release.card import version_card
from training.release.compatibility import WEIGHTS
from training.release.merging import merge_into_gguf

if TYPE_CHECKING:
    from training.curation.snapshots import Snapshot
    from training.evaluation.evaluate import Workbench


def register(
    bench: "Workbench", run: Run, snapshot: "Snapshot", adapter: Path, embedders: Sequence[Path], facts: dict[str, Any]
) -> Version:
    """Merge the adapter and record it as a version under the next name; the alias `candidate` points at it.

    The folders of `embedders` go into the version's under their own names.
    """
    base = bench.base
    work = bench.settings.home.resolve() / "versions" / f"{run.id}.partial"
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(adapter, work / ADAPTER)
    for embedder in embedders:
        shutil.copytree(embedder, work / embedder.name)
    if base.gguf is not None:
        merge_into_gguf(base.gguf, work / ADAPTER, work / MERGED)

    def card(version: Version) -> str:
        return version_card(version, base, facts)

    return publish(bench.store, base, bench.pack.name, work, facts, card, "system", run.id, snapshot.number)


def publish(
    store: Store,
    base: BaseModel,
    pack: str,
    work: Path,
    facts: dict[str, Any],
    card: Callable[[Version], str],
    actor: str,
    run: str | None = None,
    snapshot: int | None = None,
) -> Version:
    """Give a finished folder the next name; the alias `candidate` points at it."""
    version = store.versions.add_version(pack, base.name, file_digest(work / ADAPTER / WEIGHTS), run, snapshot)
    (work / "facts.json").write_text(json.dumps(facts, indent=2), encoding="utf-8")
    (work / "README.md").write_text(card(version), encoding="utf-8")
    work.rename(version.path)
    store.versions.point("candidate", version.name, actor)
    return version


def files_of(version: Version, instead: str) -> Path:
    """The version's folder; raises `UserError` where it is gone, with what could be done `instead`."""
    folder = Path(version.path)
    if not folder.is_dir():
        raise UserError(f"version {version.name} has no files at {folder}: restore them or {instead}")
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
