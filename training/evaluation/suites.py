"""The frozen suites of a pack, and whether a reply passes its case."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from chatbot.errors import PackError
from chatbot.knowledge.packs import Case, Pack, read_cases


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
    """Whether the text stands in the reply as whole words and figures, whatever the case and spacing."""
    words = r"\s+".join(re.escape(word) for word in text.split())
    before = r"(?<!\w)(?<!\d[.,])" if re.match(r"\w", text) else ""
    after = r"(?!\w)(?![.,]\d)" if re.search(r"\w$", text) else ""
    return re.search(f"{before}{words}{after}", reply, re.IGNORECASE) is not None
