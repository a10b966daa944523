"""The cycle: curate → snapshot → fine-tune → merge → register → evaluate → gate → promote or hold.

One at a time on an installation, held by a file lock. Every step is visible in the run's progress; a stop keeps the
checkpoint, and a cycle that finds the checkpoint of an interrupted run on the same snapshot goes on from it.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path

from chatbot.engines.base_model import find_base_model
from chatbot.erasure.erasing import settle
from chatbot.errors import BusyError, UserError
from chatbot.knowledge.retrieval.embeddings import embedder_folder
from chatbot.knowledge.rules.router import labelled_messages
from chatbot.lineage import Run, RunProgress, Version
from chatbot.records import now
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from chatbot.version_folder import VersionFolder
from training.curation.snapshots import Snapshot, curate, freeze, open_snapshot, verify
from training.evaluation.decide import decide, gate_suites
from training.evaluation.gate import Verdict
from training.evaluation.measures import evaluate_cached
from training.finetuning.embedders.retriever import finetune_retriever, learned_questions
from training.finetuning.embedders.router import finetune_router
from training.finetuning.encoding import show_mask
from training.finetuning.loop.classifier import Trained, read_labelled, train_classifier
from training.finetuning.loop.diagnosis import diagnose
from training.finetuning.loop.finetune import assist, finetune
from training.finetuning.loop.outcome import Outcome
from training.finetuning.loop.processes import ALONE, Processes
from training.finetuning.objectives.stages import Stage, stages_of
from training.finetuning.recipe import Recipe
from training.origins import ORIGINS
from training.release.facts import Facts, Provenance
from training.release.publish import is_of_base, promote, register
from training.runs.files import forget_checkpoints
from training.runs.lock import TrainingLock
from training.runs.resuming import Beginning, begin
from training.runs.tracking import Progress, Stopped, tracked
from training.workbench import Workbench, device_for, open_workbench


def help_along(settings: Settings, processes: Processes) -> None:
    """Take part in the fine-tunes of the first process that a launcher started."""
    base = find_base_model(settings.base_model, settings.home.resolve())
    assist(base, device_for(settings, processes), processes)


@contextmanager
def the_only_run(settings: Settings, store: Store, run: Run) -> Iterator[None]:
    """Hold the training lock; raises `BusyError` with the id of the run that has it.

    Runs that a dead process left as running are marked interrupted; this one is marked by how it ends, and is running
    again where a server took it for dead before it held the lock.
    """
    lock = TrainingLock.take(settings.home)
    if lock is None:
        others = [other.id for other in store.versions.runs() if other.status == "running" and other.id != run.id]
        store.versions.update_run(run.id, status="failed", error="another run was under way")
        raise BusyError(f"run {others[0] if others else '?'} is under way: wait for it or stop it")
    try:
        for other in store.versions.runs():
            if other.status == "running" and other.id != run.id:
                store.versions.update_run(other.id, status="interrupted", error="the process ended")
        store.versions.update_run(run.id, status="running", error=None, finished_at=None)
        yield
    except Stopped:
        store.versions.update_run(run.id, status="stopped")
        raise
    except BaseException as error:
        reason = str(error) if isinstance(error, UserError) else f"{type(error).__name__}: {error}"
        store.versions.update_run(run.id, status="failed", error=reason)
        raise
    finally:
        lock.let_go()


@dataclass(frozen=True)
class CycleResult:
    """What a cycle made, from what, and what the gate said of it."""

    snapshot: int
    run: str
    version: str
    decision: str
    reasons: list[str]


def run_cycle(
    settings: Settings,
    store: Store,
    recipe: Recipe,
    run: Run,
    processes: Processes = ALONE,
    answering: Settings | None = None,
) -> CycleResult:
    """The whole cycle. Raises `UserError`, `Stopped`.

    `answering` are the settings that people are answered with, where their base is another: what comes of the run is
    then judged beside what answers, and answers nobody itself.
    """
    with the_only_run(settings, store, run), tracked(settings, store, run, recipe.model_dump()) as progress:
        progress.show("collecting feedback", 0.0)
        bench = open_workbench(settings, store, processes)
        snapshot = freeze_now(bench, run.actor)
        version, _ = train_version(bench, snapshot, recipe, run, progress)
        other = open_workbench(answering, store, processes) if answering else None
        verdict = judge_candidate(bench, version.name, progress, other)
        reasons = verdict.reasons
        if verdict.promoted and other:
            reasons = [*reasons, f"may be promoted once `base_model` is {settings.base_model!r}"]
        elif verdict.promoted:
            promote(store, version.name, run.actor)
        store.versions.update_run(run.id, status="finished")
    return CycleResult(snapshot.number, run.id, version.name, verdict.decision, reasons)


def freeze_now(bench: Workbench, actor: str) -> Snapshot:
    """A snapshot of what can be learned now, without what was deleted while it was made."""
    pack, store, began = bench.pack, bench.store, now()
    curated = curate(pack, store, bench.settings.reads)
    snapshot = freeze(curated, pack, bench.knowledge(BASE), bench.settings, store, actor)
    settle(bench.settings.home, store, began)
    return open_snapshot(store, snapshot.number)


def train_version(
    bench: Workbench, snapshot: Snapshot, recipe: Recipe, run: Run, progress: Progress, resume: str | None = None
) -> tuple[Version, Facts]:
    """Fine-tune on a snapshot and register what comes of it, with its facts; goes on from `resume`, or what fits."""
    snapshot = open_snapshot(bench.store, snapshot.number)  # a deletion may have taken rows out since
    verify(snapshot, bench.pack.name)
    beginning = Beginning(recipe.model_dump(), snapshot.number, base=bench.settings.base_model)
    folder = begin(bench.settings, bench.store, run, beginning, resume)
    embedders = teach_embedders(bench, snapshot, recipe, folder, progress)
    progress.show("loading the base model", 0.15)
    stages = stages_of(bench.base, recipe, snapshot.read, bench.articles, folder)
    progress.show("loading the base model", 0.16, _example(bench, stages))
    reports = (progress.training, progress.stop_asked)
    outcome = finetune(bench.base, stages, recipe, folder, bench.device, *reports, bench.processes)
    if outcome.stopped:
        raise Stopped
    facts = facts_of(outcome, recipe, snapshot)
    progress.show("merging", 0.81, {"diagnosis": facts.findings})
    version = register(bench, run, snapshot, outcome.adapter, embedders, facts)
    bench.store.versions.update_run(run.id, version=version.name)
    forget_checkpoints(folder)
    return version, facts


def _example(bench: Workbench, stages: Sequence[Stage]) -> RunProgress:
    """A row in words, with what is learned of it; one of the pack's own, since a run's record outlives a chat."""
    curated = tuple(f"{name}-" for name, origin in ORIGINS.items() if origin.curated)
    rows = (unit.rows[0] for stage in reversed(stages) for unit in stage.train)
    shown = next((row for row in rows if row.id.startswith((*curated, "reading-", "piece-"))), None)
    if shown is None:
        return {}
    return {"example": f"An example, what is learned between ⟦ and ⟧:\n{show_mask(bench.base, shown)}"}


def facts_of(outcome: Outcome, recipe: Recipe, snapshot: Snapshot) -> Facts:
    """What a fine-tune leaves behind: figures, the curve and what it says, and what it came from."""
    intents = [row["intent"] for row in snapshot.read("train")]
    findings = diagnose(outcome.curve, recipe, outcome.row_losses, intents)
    return Facts(outcome.figures, origin_of(recipe, snapshot), outcome.curve, findings)


def origin_of(recipe: Recipe, snapshot: Snapshot) -> Provenance:
    """What a version comes from, with the libraries as they are installed."""
    packages = {name: metadata.version(name) for name in ("torch", "transformers", "peft")}
    return Provenance(recipe, snapshot.counts, packages)


def train_classes(bench: Workbench, recipe: Recipe, run: Run, progress: Progress, resume: str | None = None) -> Trained:
    """Fine-tune a classifier into the run's folder, which `best` is then in."""
    labelled = [(pair.query, pair.intent) for pair in bench.pack.pairs if pair.intent]
    if recipe.classes:
        labelled = read_labelled(Path(recipe.classes))
    texts = hashlib.sha256(json.dumps(labelled).encode()).hexdigest()
    beginning = Beginning(recipe.model_dump(), texts=texts, base=bench.settings.base_model)
    folder = begin(bench.settings, bench.store, run, beginning, resume)
    progress.show("loading the base model", 0.15)
    reports = (progress.training, progress.stop_asked)
    outcome, found = train_classifier(bench.base, labelled, recipe, folder, bench.device, *reports, bench.processes)
    if found is None:
        raise Stopped
    forget_checkpoints(folder)
    return Trained(outcome, found)


def teach_embedders(
    bench: Workbench, snapshot: Snapshot, recipe: Recipe, folder: Path, progress: Progress
) -> list[Path]:
    """The folders of the fine-tuned retriever and router, taken over from an interrupted run where they are there."""
    embedder, pack = embedder_folder(bench.settings.embedder), bench.pack
    retriever, router = VersionFolder(folder).retriever, VersionFolder(folder).router
    questions = learned_questions(pack, snapshot.read("train")) if recipe.retriever_epochs else []
    messages = labelled_messages(pack) if recipe.router_epochs and pack.rules else []
    if questions and not retriever.is_dir():
        held_out = {row["asked"] for row in snapshot.read("validation")}

        finetune_retriever(
            embedder,
            pack.pieces,
            questions,
            held_out,
            recipe,
            retriever,
            lambda share: progress.show("teaching the retriever", 0.03 + 0.07 * share),
        )
    if messages and not router.is_dir():
        finetune_router(
            embedder, messages, recipe, router, lambda share: progress.show("teaching the router", 0.1 + 0.05 * share)
        )
    return [path for path, rows in ((retriever, questions), (router, messages)) if rows]


def judge_candidate(
    bench: Workbench, candidate: str, progress: Progress, answering: Workbench | None = None
) -> Verdict:
    """Put a candidate before the gate against what answers; the base is measured as well, for operators to see.

    `answering` is the workbench of what answers, where its base is another; its own base is then not measured anew.
    """
    champion = what_answers(answering or bench)
    names = list(dict.fromkeys([champion, candidate] if answering else [BASE, champion, candidate]))

    def report(name: str, done: int, cases: int) -> None:
        fraction = 0.83 + 0.17 * (names.index(name) + done / cases) / len(names)
        progress.show(f"checking {name}", fraction, {"message": f"checking {name}: {done / cases:.0%}"})

    if not answering:
        evaluate_cached(bench, BASE, gate_suites(bench), partial(report, BASE))
    return decide(bench, candidate, champion, report, answering)


def what_answers(bench: Workbench) -> str:
    """The version that answers: the champion, or the base where that was trained on another and so cannot."""
    champion = bench.store.versions.resolve("champion")
    fits = champion == BASE or is_of_base(bench.store.versions.get(champion), bench.settings)
    return champion if fits else BASE
