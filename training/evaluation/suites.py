"""The frozen suites of a pack, and whether a reply passes its case."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import PackError
from chatbot.knowledge.packs import Case, Pack, read_cases
from training.evaluation.saying import says
from training.evaluation.wording import tokens

JUDGE = 2  # one more whenever other replies pass, so that no measure of another judge is taken for one of this


@dataclass(frozen=True)
class Suite:
    """Held-out cases under a name, with a digest of their content."""

    name: str
    cases: list[Case]

    @property
    def digest(self) -> str:
        """What identifies the content and its judge, so that measures of equal suites can be reused."""
        rows = [case.model_dump(mode="json") for case in self.cases]
        return hashlib.sha256(json.dumps([JUDGE, rows], sort_keys=True).encode()).hexdigest()[:16]


def pack_suites(pack: Pack) -> list[Suite]:
    """All suites of a pack."""
    return [Suite(name, cases) for name, cases in pack.suites.items()]


def sampled(suites: Sequence[Suite], most: int, whole: Collection[str] = ()) -> list[Suite]:
    """The suites with at most so many cases each, evenly spread over those that they have; `whole` names exceptions."""
    taken = []
    for suite in suites:
        count = len(suite.cases)
        if suite.name in whole or count <= most:
            taken.append(suite)
        else:
            taken.append(Suite(suite.name, [suite.cases[place * count // most] for place in range(most)]))
    return taken


def suite_from_file(path: Path) -> Suite:
    """A suite from a .jsonl file; raises `PackError` with every fault."""
    faults: list[str] = []
    cases = read_cases(path, faults)
    if faults:
        raise PackError(f"suite {str(path)!r}: " + "; ".join(faults))
    return Suite(path.stem, cases)


def passes(case: Case, reply: str, act: str) -> bool:
    """Whether a reply holds what it must, nothing that it must not, and does what the case expects.

    `act` is what the product did: a refusal or a handover does for an abstention, and each for the other two, since
    none of them says anything unfounded; only a handover does for a handover.
    """
    if not all(holds(reply, text) for text in case.must_include):
        return False
    if any(holds(reply, text) for text in case.must_not_include):
        return False
    if case.expect == "handoff":
        return act == "handoff"
    if case.expect in ("abstain", "refuse"):
        return act in ("abstain", "refuse", "decline", "handoff")
    return bool(reply.strip())


def holds(reply: str, text: str) -> bool:
    """Whether a reply says what a text says, in the words that people take for the same (`wording`).

    A text is whole words and figures ("30 days" is not in "130 days", nor "5 days" in "3 to 5 days"), a place in the
    app by its steps ("Orders, then Missing parts"), or a bound: "up to 4" is also "at most 4" and "4 gift cards", but
    not "at least 4". The first of three steps may be left out. Texts with " | " between them are alternatives.
    """
    said = tokens(reply)
    return any(says(said, one) for one in text.split(" | "))
