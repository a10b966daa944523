"""What is deleted for good: conversations with everything drawn from them, and the ids by which copies are known.

The journal of deletions holds ids only, nothing that anybody said. A deletion is open until every copy outside the
database is gone as well.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LEAST_WORDS = 4


@dataclass(frozen=True)
class Traces:
    """The ids under which copies of conversations may lie; `snapshots` are those that held rows of them.

    Of the approved `answers` drawn from them some are `kept`: those in use, worded by the staff, with the owner's
    consent.
    """

    conversations: Sequence[str] = ()
    feedback: Sequence[str] = ()
    answers: Sequence[str] = ()
    kept: Sequence[str] = ()
    snapshots: Sequence[int] = ()

    @property
    def row_names(self) -> set[str]:
        """The ids that rows of snapshots have which were made of them."""
        judged = {f"{origin}-{one}" for one in self.feedback for origin in ("correction", "like")}
        return judged | {f"answer-{one}" for one in self.answers}

    @property
    def gone_answers(self) -> set[str]:
        """The answers that go with their conversation."""
        return set(self.answers) - set(self.kept)


@dataclass(frozen=True)
class Counted:
    """How much of what the database holds of some conversations; `quoted` are other people's replies with an answer."""

    conversations: int
    messages: int
    feedback: int
    answers: int
    kept_answers: int
    quoted: int
    notes: int
    remembered: int
    uploads: int


@dataclass(frozen=True)
class Erasure:
    """A deletion: when it was ordered, what it is known by, and whether every copy is gone."""

    id: str
    at: str
    traces: Traces
    settled: bool


class Erasures(Protocol):
    """The table of deletions, and what deletes."""

    def named(self, identity: str) -> list[str]:
        """The conversations with this id or of the person with this id; raises `NotFoundError` if there is neither."""
        ...

    def untouched_since(self, moment: str) -> list[str]:
        """The conversations in which nothing was said since a moment."""
        ...

    def traces(self, conversations: Sequence[str]) -> Traces:
        """What copies of these conversations are known by."""
        ...

    def count(self, traces: Traces) -> Counted:
        """What would be deleted from the database."""
        ...

    def erase(self, traces: Traces, actor: str, visitors: Sequence[str] = ()) -> Erasure:
        """Delete conversations with all that was drawn from them, and open a deletion; also forget `visitors`.

        Files that those who had them have attached to no message yet go as well.

        Of other people's replies that quoted a deleted answer the text stays, as they read it; the question that it was
        approved for goes, and so does the answer where it was found and not used.
        """
        ...

    def journal(self, since: str | None = None) -> list[Erasure]:
        """The open deletions, and with `since` also those ordered since a moment; the oldest first."""
        ...

    def note(self, erasure: Erasure, snapshots: Collection[int], settled: bool) -> None:
        """Record which snapshots held rows of it, and whether every copy is gone."""
        ...

    def wipe(self) -> bool:
        """Empty the write-ahead log, in which deleted words may stand; False while another process keeps it in use."""
        ...

    def backups(self) -> list[Path]:
        """The backups that were noted and are still there, the oldest first."""
        ...


def reworded(query: str, said: Sequence[str]) -> bool:
    """Whether a question is in other words than any message of some length; one word more or less is no rewording."""
    asked = _words(query)
    told = [words for words in map(_words, said) if words]
    same = any(asked == words for words in told)
    return not same and not any(
        min(len(asked), len(words)) >= LEAST_WORDS and (_within(words, asked) or _within(asked, words))
        for words in told
    )


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.casefold()).split()


def _within(part: Sequence[str], whole: Sequence[str]) -> bool:
    return f" {' '.join(part)} " in f" {' '.join(whole)} "
