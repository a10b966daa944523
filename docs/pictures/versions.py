"""Snapshots, runs and versions as rows, judged by the product's own gate on replies that are made up here."""

import json
import math
import random
from datetime import timedelta

from chatbot.knowledge.packs import Case, Pack
from chatbot.lineage import RunProgress
from chatbot.records import Act
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from docs.pictures.clock import PRESENT, Clock
from training.curation.snapshots import curate
from training.evaluation.gate import judge
from training.evaluation.metrics import METRICS, SUITE_METRICS
from training.evaluation.results import Evaluation, Judged, SuiteResult
from training.evaluation.shelf import result_file
from training.evaluation.suites import pack_suites, sampled

OPERATOR = "operator:Olga Brandt"
MOST_CASES = 48
SURE = ("must_pass", "safety")
"""Suites that every version here passes whole: the gate guards them."""
TOKENS = 20  # of a right reply
MINUTES = {"reading": 12.0, "preference": 20.0}
STEPS = 120


class Lineage:
    """Makes the versions of an installation, each at its moment."""

    def __init__(self, settings: Settings, store: Store, pack: Pack, clock: Clock) -> None:
        self._settings, self._store, self._pack, self._clock = settings, store, pack, clock
        self._results = {BASE: self._measured(BASE, skill=0.68)}

    def train(self, days: float, skill: float, recipe: str = "reading") -> str:
        """A version made so many days ago that passes about such a share of the cases; the gate decides on it."""
        self._clock.set(PRESENT - timedelta(days=days))
        versions, pack = self._store.versions, self._pack
        number, run = versions.next_snapshot_number(), versions.start_run(OPERATOR)
        counts = curate(pack, self._store, self._settings.reads).counts
        versions.add_snapshot(pack.name, self._settings.home / "snapshots" / str(number), counts, OPERATOR, number)
        versions.update_run(run.id, snapshot=number, progress=learned(recipe, STEPS))
        self._clock.set(PRESENT - timedelta(days=days, minutes=-MINUTES[recipe] - 7))
        digest = random.Random(number).randbytes(4).hex()
        version = versions.add_version(pack.name, self._settings.base_model, digest, run.id, number)
        version.folder.path.mkdir(parents=True)
        self._results[version.name] = result = self._measured(version.name, skill)
        verdict = judge(result, self._results[versions.resolve("champion")])
        versions.set_measures(version.name, result.summary)
        versions.set_gate(version.name, verdict.as_dict())
        versions.update_run(run.id, status="finished", version=version.name)
        if verdict.promoted:
            versions.point("champion", version.name, OPERATOR)
        return version.name

    def fail(self, days: float) -> None:
        """A run that ended so many days ago for want of memory."""
        self._clock.set(PRESENT - timedelta(days=days))
        run = self._store.versions.start_run(OPERATOR, progress=learned("preference", 0))
        self._store.versions.update_run(run.id, status="failed", error="the machine has 4 GB of memory, it needs 9 GB")

    def begin(self) -> None:
        """A run that is under way."""
        self._clock.set(PRESENT - timedelta(minutes=6))
        run = self._store.versions.start_run(OPERATOR)
        told: RunProgress = {"phase": "fine-tuning", "fraction": 0.46, "step": 54, "tokens_per_second": 412.0}
        progress = learned("reading", 54) | told | {"steps": STEPS, "seconds_left": 390.0}
        self._store.versions.update_run(
            run.id, snapshot=self._store.versions.next_snapshot_number() - 1, progress=progress
        )

    def _measured(self, version: str, skill: float) -> Evaluation:
        """Replies to the test questions: each is as hard for every version, and passes where the skill suffices."""
        judged = [
            _reply(suite.name, case, skill, [other.reference for other in suite.cases])
            for suite in sampled(pack_suites(self._pack), MOST_CASES, SURE)
            for case in suite.cases
        ]
        suites = {
            name: SuiteResult(
                len(own), sum(case.passed for case in own), {key: of(own) for key, of in SUITE_METRICS.items()}
            )
            for name in self._pack.suites
            if (own := [case for case in judged if case.suite == name])
        }
        result = Evaluation(version, suites, {key: of(judged) for key, of in METRICS.items()}, 412.0, judged)
        file = result_file(self._settings.home, version, "a" * 16)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(result.as_dict()), encoding="utf-8")
        return result


def learned(recipe: str, steps: int) -> RunProgress:
    """How a run of a recipe went so far."""
    draw = random.Random(recipe)
    curve = [
        {"step": step, "train_loss": 0.9 + 1.3 * math.exp(-step / 30) + draw.gauss(0, 0.05)}
        for step in range(1, steps + 1)
    ]
    checks = [{"step": step, "validation_loss": 1.02 + 1.25 * math.exp(-step / 34)} for step in range(0, steps + 1, 10)]
    told: RunProgress = {"recipe": recipe, "minutes": MINUTES[recipe], "steps": steps}
    return told | {"curve": sorted([*curve, *checks], key=lambda point: point["step"])} if steps else told


def _reply(suite: str, case: Case, skill: float, others: list[str]) -> Judged:
    """The right reply or one to another question, drawn for the case and thereby alike for all that pass it."""
    draw = random.Random(case.id)
    passed = suite in SURE or draw.random() < skill
    reply = case.reference if passed else draw.choice([one for one in others if one != case.reference])
    likelihood = TOKENS * (-1.5 + skill + draw.gauss(0, 0.1)) if case.expect == "answer" else None
    act: Act = case.expect if passed else "answer"
    return Judged(suite, case.id, reply, passed, 0.9 if passed else 0.5, likelihood, TOKENS, act=act)
