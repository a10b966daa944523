"""A domain pack: persona, past answers, policies and held-out cases, read from plain files.

`load_pack` reads the whole folder and reports every fault at once, with file and line; nothing is half loaded.
docs/packs.md describes the format.
"""

import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from chatbot.errors import PackError
from chatbot.knowledge.articles.pieces import Piece, has_title, split_article
from chatbot.knowledge.pack_texts import Text
from chatbot.knowledge.persona import Persona, Row, Slug, logo_faults
from chatbot.knowledge.rules.actions import ACTIONS, Action, ActionName

SUITES = ("facts", "multi_turn", "out_of_scope", "safety", "must_pass", "fairness")


class PackMessage(Row):
    """One message of a dialogue or a case."""

    role: Literal["user", "assistant"]
    content: Text


class Pair(Row):
    """A query with its curated response."""

    query: Text
    response: Text
    intent: Slug
    source: Text


def _alternating(messages: list[PackMessage], last: str) -> None:
    roles = [turn.role for turn in messages]
    if not roles or roles[0] != "user" or roles[-1] != last or any(a == b for a, b in pairwise(roles)):
        raise ValueError(f"messages must alternate from user to {last}")


class Dialogue(Row):
    """A conversation whose assistant turns are all worth learning.

    `lookups`, where given, holds for every user turn after the first the question that is looked up, worded to stand
    alone, or "" where nothing is.
    """

    messages: list[PackMessage]
    intent: Slug
    source: Text
    lookups: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _check(self) -> "Dialogue":
        _alternating(self.messages, "assistant")
        later = len(self.messages) // 2 - 1
        if self.lookups and len(self.lookups) != later:
            raise ValueError(
                f"lookups: {len(self.lookups)} given; one is needed for every user turn after the first, so {later}"
            )
        return self


class Case(Row):
    """A held-out case: what is asked, and what a right reply must and must not hold."""

    id: Slug
    messages: list[PackMessage]
    reference: Text
    intent: Slug
    must_include: list[Text] = Field(default_factory=list)
    must_not_include: list[Text] = Field(default_factory=list)
    expect: Literal["answer", "abstain", "handoff", "refuse"] = "answer"

    @model_validator(mode="after")
    def _check(self) -> "Case":
        _alternating(self.messages, "user")
        return self


class Rule(Row):
    """A kind of message that the articles alone must not answer, told by examples; the content of `rules/<name>.toml`.

    What its `action` does stands in `rules/actions.py`. `sure` is the probability above which the rule holds: lower
    where missing such a message is worse than a false alarm. `unlike` are messages that sound like the examples and are
    ordinary. `replies` are offered to be said next, where the rule asks what is meant.
    """

    name: Slug
    action: ActionName
    message: Text | None = None
    sure: float = Field(default=0.5, gt=0, lt=1)
    examples: list[Text] = Field(min_length=5)
    unlike: list[Text] = Field(default_factory=list)
    replies: list[Text] = Field(default_factory=list, max_length=6)

    @property
    def does(self) -> Action:
        """What its action does with a message."""
        return ACTIONS[self.action]

    @model_validator(mode="after")
    def _check(self) -> "Rule":
        if self.message is None and not self.does.talks:
            raise ValueError(f"message: missing; say what a visitor reads when the action is {self.action!r}")
        if self.replies and self.does.act != "ask":
            raise ValueError(f"replies: offered after a question only, where the action is 'ask', not {self.action!r}")
        return self


@dataclass(frozen=True)
class Pack:
    """A checked pack, ready to serve and to train from."""

    folder: Path
    persona: Persona
    pairs: list[Pair]
    dialogues: list[Dialogue]
    pieces: list[Piece]
    rules: list[Rule]
    suites: dict[str, list[Case]]

    @property
    def name(self) -> str:
        """The pack's short name."""
        return self.persona.name


_R = TypeVar("_R", bound=Row)


def load_pack(folder: Path) -> Pack:
    """Read and check a pack; raises `PackError` with every fault, each with its file and line."""
    faults: list[str] = []
    if not folder.is_dir():
        raise PackError(f"pack {str(folder)!r} is not a folder: set `pack` to a name under data/ or to a pack's folder")
    persona = _read_persona(folder / "pack.toml", faults)
    pairs = _read_rows(folder / "pairs.jsonl", Pair, faults)
    dialogues = _read_rows(folder / "dialogues.jsonl", Dialogue, faults)
    pieces = _read_articles(folder / "articles", faults)
    rules = _read_rules(folder / "rules", faults)
    suites = {name: read_cases(folder / "suites" / f"{name}.jsonl", faults) for name in SUITES}
    _refuse_twins(suites, faults)
    _refuse_unknown(folder / "suites", {f"{name}.jsonl" for name in SUITES}, faults, "suites/")
    _refuse_unknown(folder / "articles", {path.name for path in folder.glob("articles/*.md")}, faults, "articles/")
    _refuse_unknown(folder / "rules", {path.name for path in folder.glob("rules/*.toml")}, faults, "rules/")
    logo = persona.logo if persona else ""
    faults += logo_faults(folder, logo)
    known = {logo, "pack.toml", "pairs.jsonl", "dialogues.jsonl", "articles", "rules", "suites", "DATASHEET.md"}
    _refuse_unknown(folder, known, faults)
    if not (folder / "DATASHEET.md").is_file():
        faults.append("DATASHEET.md: missing; say what is in the pack, how it was written and its limits")
    if faults or persona is None:
        listed = "\n  ".join(faults)
        number = f"{len(faults)} fault{'s' if len(faults) != 1 else ''}"
        raise PackError(f"pack {str(folder)!r} has {number}:\n  {listed}", faults)
    return Pack(folder, persona, pairs, dialogues, pieces, rules, suites)


def read_cases(path: Path, faults: list[str]) -> list[Case]:
    """The cases of one suite file; what is wrong with it is added to `faults`."""
    return _read_rows(path, Case, faults)


def _read_persona(path: Path, faults: list[str]) -> Persona | None:
    return _read_toml(path, Persona, {}, faults)


def _read_rules(folder: Path, faults: list[str]) -> list[Rule]:
    read = [_read_toml(path, Rule, {"name": path.stem}, faults) for path in sorted(folder.glob("*.toml"))]
    return [rule for rule in read if rule is not None]


def _read_toml(path: Path, kind: type[_R], given: dict[str, str], faults: list[str]) -> _R | None:
    text = _read_text(path, faults)
    if text is None:
        return None
    try:
        return kind.model_validate(tomllib.loads(text) | given)
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{_shown(path)}: not valid TOML: {error}")
    except ValidationError as error:
        faults.extend(f"{_shown(path)}: {fault}" for fault in _explain(error))
    return None


def _read_rows(path: Path, kind: type[_R], faults: list[str]) -> list[_R]:
    text = _read_text(path, faults)
    check: Callable[[object], _R] = TypeAdapter(kind).validate_python
    rows = []
    name = _shown(path)
    for number, line in enumerate((text or "").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            rows.append(check(json.loads(line)))
        except json.JSONDecodeError as error:
            faults.append(f"{name}:{number}: not valid JSON: {error.msg} at column {error.colno}")
        except ValidationError as error:
            faults.extend(f"{name}:{number}: {fault}" for fault in _explain(error))
    if text is not None and not rows and not any(fault.startswith(name) for fault in faults):
        faults.append(f"{name}: holds no row")
    return rows


def _read_articles(folder: Path, faults: list[str]) -> list[Piece]:
    paths = sorted(folder.glob("*.md"))
    if not paths:
        faults.append("articles/: holds no .md file")
    pieces = []
    for path in paths:
        text = _read_text(path, faults)
        if text is None:
            continue
        found = split_article(path.stem, text)
        if not has_title(text):
            faults.append(f"articles/{path.name}:1: must begin with a title, '# …'")
        elif not found:
            faults.append(f"articles/{path.name}: the article holds no text")
        pieces += found
    return pieces


def _shown(path: Path) -> str:
    return f"{path.parent.name}/{path.name}" if path.parent.name in ("suites", "articles", "rules") else path.name


def _read_text(path: Path, faults: list[str]) -> str | None:
    name = _shown(path)
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        faults.append(f"{name}: missing")
    except UnicodeDecodeError as error:
        faults.append(f"{name}: not UTF-8 (byte {error.start}): save it as UTF-8")
    except OSError as error:
        faults.append(f"{name}: cannot be read: {error.strerror}")
    return None


def _refuse_twins(suites: dict[str, list[Case]], faults: list[str]) -> None:
    files: dict[str, list[str]] = {}
    for name, cases in suites.items():
        for case in cases:
            files.setdefault(case.id, []).append(f"suites/{name}.jsonl")
    twins = {case: list(dict.fromkeys(found)) for case, found in files.items() if len(found) > 1}
    faults.extend(f"{', '.join(found)}: case id {case!r} stands twice" for case, found in sorted(twins.items()))


def _refuse_unknown(folder: Path, known: set[str], faults: list[str], within: str = "") -> None:
    if folder.is_dir():
        present = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        faults.extend(f"{within}{name}: not part of a pack; take it out" for name in sorted(present - known))


def _explain(error: ValidationError) -> list[str]:
    return [
        ".".join(str(part) for part in fault["loc"]) + f": {fault['msg'].removeprefix('Value error, ')}"
        if fault["loc"]
        else fault["msg"].removeprefix("Value error, ")
        for fault in error.errors()
    ]
