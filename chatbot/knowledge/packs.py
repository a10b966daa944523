"""A domain pack: persona, past answers, policies and held-out cases, read from plain files.

`load_pack` reads the whole folder and reports every fault at once, with file and line; nothing is half loaded.
docs/packs.md describes the format.
"""

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from chatbot.errors import PackError

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=8000)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
SUITES = ("facts", "multi_turn", "out_of_scope", "safety", "must_pass", "fairness")
ABBREVIATIONS = ("e.g", "i.e", "a.m", "p.m", "approx", "incl", "excl", "max", "min", "Dr", "Mr", "Mrs", "Ms", "St")
NOT_ABBREVIATED = "".join(rf"(?<!\b{re.escape(word)}\.)" for word in ABBREVIATIONS)
SENTENCE_END = re.compile(rf"(?<=[.!?]){NOT_ABBREVIATED}\s+(?=[A-Z£€$\"'“])")
LIST_MARK = re.compile(r"([-*]|\d+\.)\s+")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Contact(_Row):
    """How customers reach a person."""

    email: str = ""
    phone: str = ""
    hours: str = ""


class HandoffRules(_Row):
    """Phrases that ask for a person, and what is said then."""

    phrases: list[Text]
    message: Text


class Persona(_Row):
    """The content of `pack.toml`."""

    name: Slug
    title: Text
    description: Text
    language: Text
    licence: Text
    greeting: Text
    suggestions: list[Text] = Field(min_length=1, max_length=8)
    system: Text
    contact: Contact
    handoff: HandoffRules


class Turn(_Row):
    """One message of a dialogue or a case."""

    role: Literal["user", "assistant"]
    content: Text


class Pair(_Row):
    """A query with its curated response."""

    query: Text
    response: Text
    intent: Slug
    source: Text


def _alternating(messages: list[Turn], last: str) -> None:
    roles = [turn.role for turn in messages]
    if not roles or roles[0] != "user" or roles[-1] != last or any(a == b for a, b in pairwise(roles)):
        raise ValueError(f"messages must alternate from user to {last}")


class Dialogue(_Row):
    """A conversation whose assistant turns are all worth learning."""

    messages: list[Turn]
    intent: Slug
    source: Text

    @model_validator(mode="after")
    def _check(self) -> "Dialogue":
        _alternating(self.messages, "assistant")
        return self


class Case(_Row):
    """A held-out case: what is asked, and what a right reply must and must not hold."""

    id: Slug
    messages: list[Turn]
    reference: Text
    intent: Slug
    must_include: list[Text] = []
    must_not_include: list[Text] = []
    expect: Literal["answer", "abstain", "handoff", "refuse"] = "answer"

    @model_validator(mode="after")
    def _check(self) -> "Case":
        _alternating(self.messages, "user")
        return self


@dataclass(frozen=True)
class Sentence:
    """One sentence of an article, with the place it stands in."""

    article: str
    title: str
    section: str
    text: str


@dataclass(frozen=True)
class Pack:
    """A checked pack, ready to serve and to train from."""

    folder: Path
    persona: Persona
    pairs: list[Pair]
    dialogues: list[Dialogue]
    sentences: list[Sentence]
    suites: dict[str, list[Case]]

    @property
    def name(self) -> str:
        """The pack's short name."""
        return self.persona.name


_R = TypeVar("_R", bound=_Row)


def load_pack(folder: Path) -> Pack:
    """Read and check a pack; raises `PackError` with every fault, each with its file and line."""
    faults: list[str] = []
    if not folder.is_dir():
        raise PackError(f"pack {str(folder)!r} is not a folder: set `pack` to a name under data/ or to a pack's folder")
    persona = _read_persona(folder / "pack.toml", faults)
    pairs = _read_rows(folder / "pairs.jsonl", Pair, faults)
    dialogues = _read_rows(folder / "dialogues.jsonl", Dialogue, faults)
    sentences = _read_articles(folder / "articles", faults)
    suites = {name: read_cases(folder / "suites" / f"{name}.jsonl", faults) for name in SUITES}
    _refuse_twins(suites, faults)
    _refuse_unknown(folder / "suites", {f"{name}.jsonl" for name in SUITES}, faults, "suites/")
    _refuse_unknown(folder / "articles", {path.name for path in folder.glob("articles/*.md")}, faults, "articles/")
    known = {"pack.toml", "pairs.jsonl", "dialogues.jsonl", "articles", "suites", "DATASHEET.md"}
    _refuse_unknown(folder, known, faults)
    if not (folder / "DATASHEET.md").is_file():
        faults.append("DATASHEET.md: missing; say what is in the pack, how it was written and its limits")
    if faults or persona is None:
        listed = "\n  ".join(faults)
        raise PackError(f"pack {str(folder)!r} has {len(faults)} fault{'s' if len(faults) != 1 else ''}:\n  {listed}")
    return Pack(folder, persona, pairs, dialogues, sentences, suites)


def read_cases(path: Path, faults: list[str]) -> list[Case]:
    """The cases of one suite file; what is wrong with it is added to `faults`."""
    return _read_rows(path, Case, faults)


def _read_persona(path: Path, faults: list[str]) -> Persona | None:
    text = _read_text(path, faults)
    if text is None:
        return None
    try:
        return Persona.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        faults.append(f"{path.name}: not valid TOML: {error}")
    except ValidationError as error:
        faults.extend(f"{path.name}: {fault}" for fault in _explain(error))
    return None


def _read_rows(path: Path, kind: type[_R], faults: list[str]) -> list[_R]:
    text = _read_text(path, faults)
    check: Callable[[Any], _R] = TypeAdapter(kind).validate_python
    rows = []
    name = path.name if path.parent.name != "suites" else f"suites/{path.name}"
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


def _read_articles(folder: Path, faults: list[str]) -> list[Sentence]:
    paths = sorted(folder.glob("*.md"))
    if not paths:
        faults.append("articles/: holds no .md file")
    sentences = []
    for path in paths:
        text = _read_text(path, faults)
        if text is None:
            continue
        found = split_article(path.stem, text)
        if not re.match(r"# \S", text):
            faults.append(f"articles/{path.name}:1: must begin with a title, '# …'")
        elif not found:
            faults.append(f"articles/{path.name}: holds no sentence")
        sentences += found
    return sentences


def split_article(name: str, text: str) -> list[Sentence]:
    """Cut Markdown into sentences that remember their title and section."""
    title, section, sentences = name, "", []
    for block in _blocks(text):
        if block.startswith("# "):
            title, section = block[2:].strip(), ""
        elif block.startswith("#"):
            section = block.lstrip("#").strip()
        else:
            parts = SENTENCE_END.split(LIST_MARK.sub("", block, count=1) if LIST_MARK.match(block) else block)
            sentences += [Sentence(name, title, section, part) for part in parts if part]
    return sentences


def _blocks(text: str) -> list[str]:
    """Headings, list items, table rows and paragraphs, each on one line."""
    blocks: list[str] = []
    unfinished = False
    for line in map(str.strip, text.splitlines()):
        begins = line.startswith(("#", "|")) or LIST_MARK.match(line)
        if line and unfinished and not begins:
            blocks[-1] += f" {line}"
        elif line:
            blocks.append(line)
        unfinished = bool(line) and not line.startswith(("#", "|"))
    return blocks


def _read_text(path: Path, faults: list[str]) -> str | None:
    name = path.name if path.parent.name not in ("suites", "articles") else f"{path.parent.name}/{path.name}"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        faults.append(f"{name}: missing")
    except UnicodeDecodeError as error:
        faults.append(f"{name}: not UTF-8 (byte {error.start})")
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
