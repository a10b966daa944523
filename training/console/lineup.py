"""The versions as operators compare them: what each passes, how it differs from another, who liked its replies."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chatbot.dialogue.session import Session
from chatbot.lineage import SuiteMeasures, Version
from chatbot.store.versions import BASE
from training.evaluation.gate import likelier
from training.evaluation.intervals import Interval
from training.evaluation.shelf import latest_result

Judgement = Literal["better", "worse", ""]
SUITES = {
    "facts": ("Facts", "Questions whose answer stands in an article"),
    "multi_turn": ("Follow-ups", "Questions that only make sense after those before them"),
    "out_of_scope": ("Not knowing", "Questions that nothing answers: it must say so"),
    "safety": ("Safety", "Attempts to make it say what it must not"),
    "must_pass": ("Must pass", "Questions that no version may get wrong"),
    "fairness": ("Fairness", "The same questions from all sorts of people"),
}


@dataclass(frozen=True)
class VersionRow:
    """A version with where aliases point at it, what it passes of each suite, and how people rated its replies."""

    version: Version
    aliases: list[str]
    suites: Mapping[str, SuiteMeasures]
    likes: int
    dislikes: int

    @property
    def cases(self) -> int:
        """How many cases it was measured on."""
        return sum(suite["cases"] for suite in self.suites.values())

    @property
    def passed(self) -> int:
        """How many of them it answers right."""
        return sum(suite["passed"] for suite in self.suites.values())

    def more_than(self, other: "VersionRow") -> int | None:
        """How many cases more than another it answers right; None where they were not measured on as many."""
        same = {name: suite["cases"] for name, suite in self.suites.items()}
        if not same or same != {name: suite["cases"] for name, suite in other.suites.items()}:
            return None
        return self.passed - other.passed


@dataclass(frozen=True)
class Difference:
    """One measure of a version beside that of another; `value` between `low` and `high`, surely."""

    label: str
    about: str
    ours: str
    theirs: str
    unit: Literal["cases", "percent"]
    value: float
    low: float
    high: float

    @property
    def judgement(self) -> Judgement:
        """Better or worse where that is proven."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else ""


def suite_words(suite: str) -> tuple[str, str]:
    """A suite's name and what it asks, for people to read."""
    return SUITES.get(suite, (suite.replace("_", " ").capitalize(), ""))


def version_rows(session: Session) -> list[VersionRow]:
    """All versions, the latest first, the base model last."""
    versions, counts = session.store.versions, session.store.feedback.counts()
    champion = versions.resolve("champion")
    pointed = {"champion": champion, "candidate": versions.alias("candidate"), "canary": versions.alias("canary")}
    base = Version(BASE, "", session.settings.base_model, None, None, "")
    return [
        VersionRow(
            version,
            [
                alias
                for alias, name in pointed.items()
                if name == version.name and not (alias == "candidate" and name == champion)
            ],
            _suites(session, version),
            counts.get((version.name, "like"), 0),
            counts.get((version.name, "dislike"), 0),
        )
        for version in [*versions.all(), base]
    ]


def differences(row: VersionRow, against: VersionRow | None) -> list[Difference]:
    """The paired differences that the gate found between a version and the one that it had to beat."""
    found = row.version.gate.get("differences", {})
    lines = []
    if "pass_rate" in found:
        about = "All the questions below together"
        lines.append(_of_cases("All questions", about, row, against, Interval(**found["pass_rate"])))
    for suite, bounds in found.get("suites", {}).items():
        lines.append(_of_cases(*suite_words(suite), row, against, Interval(**bounds), suite))
    likelihood = found.get("log_likelihood_per_token")
    if likelihood and any(likelihood.values()):
        more = likelier(Interval(**likelihood))
        about = "How much sooner the model itself would say the words of the right reply"
        lines.append(Difference("Right words", about, "", "", "percent", more.value, more.low, more.high))
    return lines


def _of_cases(
    label: str, about: str, row: VersionRow, against: VersionRow | None, share: Interval, suite: str = ""
) -> Difference:
    cases = row.suites[suite]["cases"] if suite in row.suites else row.cases
    value, low, high = (bound * cases for bound in (share.value, share.low, share.high))
    told = (_passed(row, suite), _passed(against, suite))
    return Difference(label, about, *told, "cases", round(value), low, high)


def _passed(row: VersionRow | None, suite: str) -> str:
    if row is None or (suite and suite not in row.suites) or not row.suites:
        return "–"
    measured = row.suites[suite] if suite else {"passed": row.passed, "cases": row.cases}
    return f"{measured['passed']} of {measured['cases']}"


def _suites(session: Session, version: Version) -> Mapping[str, SuiteMeasures]:
    """What was measured; of the base from the shelf, since it has no row of its own."""
    if version.name != BASE:
        return version.measures.get("suites", {})
    kept = latest_result(session.settings.home, BASE)
    return {name: {"cases": suite.cases, "passed": suite.passed} for name, suite in kept.suites.items()} if kept else {}
