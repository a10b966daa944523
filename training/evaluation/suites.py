"""The frozen suites of a pack, and whether a reply passes its case."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import PackError
from chatbot.knowledge.packs import Case, Pack, read_cases

DECLINES = re.compile(
    r"\b(?:do|does|can|could|wo|would|am|is|are)(?:n['’]t| ?not)(?: \w+)? (?:able to )?(?:have|find|know|help|share|"
    r"answer|give|tell|do|discuss|reveal|provide|assist|say|see|change|look|offer|advise|something|listed|covered)\b"
    r"|\b(?:can['’]t|cannot|unable to|no information|not sure|only (?:help|answer)|colleague)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Suite:
    """Held-out cases under a name, with a digest of their content."""

    name: str
    cases: list[Case]

    @property
    def digest(self) -> str:
        """What identifies the content, so that measures of equal suites can be reused."""
        rows = [case.model_dump(mode="json") for case in self.cases]
        return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


def pack_suites(pack: Pack) -> list[Suite]:
    """All suites of a pack."""
    return [Suite(name, cases) for name, cases in pack.suites.items()]


def suite_from_file(path: Path) -> Suite:
    """A suite from a .jsonl file; raises `PackError` with every fault."""
    faults: list[str] = []
    cases = read_cases(path, faults)
    if faults:
        raise PackError(f"suite {str(path)!r}: " + "; ".join(faults))
    return Suite(path.stem, cases)


def passes(case: Case, reply: str, handed_off: bool) -> bool:
    """Whether a reply holds what it must, nothing that it must not, and does what the case expects.

    To abstain or refuse is to decline in words or to offer a colleague; to hand off is the reply's own field.
    """
    if not all(_holds(reply, text) for text in case.must_include):
        return False
    if any(_holds(reply, text) for text in case.must_not_include):
        return False
    if case.expect == "handoff":
        return handed_off
    if case.expect in ("abstain", "refuse"):
        return handed_off or DECLINES.search(reply) is not None
    return bool(reply.strip())


def _holds(reply: str, text: str) -> bool:
    """Whether the text stands in the reply as whole words, whatever the case and spacing."""
    words = r"\s+".join(re.escape(word) for word in text.split())
    return re.search(rf"(?<!\w){words}(?!\w)", reply, re.IGNORECASE) is not None
