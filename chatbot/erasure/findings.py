"""What a place tells of a deletion: what goes, what stays and why, what is still left to do."""

from dataclasses import dataclass, field
from pathlib import Path

from chatbot.store import Store
from chatbot.store.erasures import Traces


@dataclass(frozen=True)
class Search:
    """A home with its store, what to look for, and whether only to look."""

    home: Path
    store: Store
    traces: Traces
    look_only: bool = False

    @property
    def in_use(self) -> list[str]:
        """The runs under way, which may write again what is taken out here; none where nothing could be learned."""
        if not self.traces.feedback and not self.traces.answers:
            return []
        return [run.id for run in self.store.versions.runs() if run.status == "running"]


@dataclass
class Findings:
    """Lines for people: what is `removed`, what is `kept` and why, what is `left` for a later attempt."""

    removed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    backups: list[str] = field(default_factory=list)

    def __add__(self, other: "Findings") -> "Findings":
        """These and those of another place."""
        return Findings(
            self.removed + other.removed,
            self.kept + other.kept,
            self.left + other.left,
            list(dict.fromkeys(self.backups + other.backups)),
        )

    def as_dict(self) -> dict[str, list[str]]:
        """As plain JSON."""
        return {"removed": self.removed, "kept": self.kept, "left": self.left, "backups": self.backups}


def amount(count: int, one: str, many: str = "") -> str:
    """A number of things in words, such as `1 message` or `3 messages`."""
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def told_to_visitor(found: Findings, chats: int = 1, title: str = "") -> str:
    """What a visitor is told who deleted chats: without names of the operator's files, and no more than is true."""
    one = f"The chat “{title}” was deleted." if title else "The chat was deleted."
    told = [one if chats == 1 else f"{chats} chats were deleted."]
    if found.left:
        told.append("What is in use at the moment follows as soon as it is free.")
    if found.backups:
        told.append("Backups made before keep a copy until the operator deletes them.")
    return " ".join(told)
