"""Which replies changed from one version to another, of the cases that both were measured on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from chatbot.knowledge.packs import Case
from training.evaluation.results import Evaluation, Judged

Effect = Literal["worse", "better", "other"]
ORDER: tuple[Effect, ...] = ("worse", "better", "other")
"""What is shown first: a case that passes no more, then one that passes now, then other words of the same worth."""


@dataclass(frozen=True)
class Change:
    """A case that is answered otherwise: what is asked, the reply `before` and `after`."""

    suite: str
    case: str
    effect: Effect
    asked: list[str]
    before: Judged
    after: Judged
    must_say: list[str]
    must_not_say: list[str]
    expect: str


def changed_replies(after: Evaluation, before: Evaluation, cases: Mapping[str, Case]) -> list[Change]:
    """The replies that differ, what became worse first; `cases` are those of the pack as it is now, by id."""
    old = {case.id: case for case in before.cases}
    found = [
        _change(old[new.id], new, cases.get(new.id))
        for new in after.cases
        if new.id in old and (new.reply != old[new.id].reply or new.passed != old[new.id].passed)
    ]
    return sorted(found, key=lambda change: ORDER.index(change.effect))


def _change(before: Judged, after: Judged, case: Case | None) -> Change:
    effect: Effect = "other" if before.passed == after.passed else "better" if after.passed else "worse"
    asked = [turn.content for turn in case.messages] if case else []
    must, must_not = (case.must_include, case.must_not_include) if case else ([], [])
    return Change(after.suite, after.id, effect, asked, before, after, must, must_not, case.expect if case else "")
