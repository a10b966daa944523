"""Questions put to a version, or to parts of two, as visitors put them: by the product's session, in its own store.

Nothing is written into the installation. Replies are drawn greedily, several at a time.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from chatbot.dialogue.opening import version_knowledge
from chatbot.dialogue.session import Session
from chatbot.engines.base import Engine
from chatbot.engines.base_model import find_base_model
from chatbot.engines.live import LiveEngine
from chatbot.engines.loading import load_engine
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Case, load_pack
from chatbot.records import ChatMessage, Trace
from chatbot.settings import Settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE

AT_ONCE = 8
Asked = TypeVar("Asked")
Got = TypeVar("Got")
Report = Callable[[int, int], None]


@dataclass(frozen=True)
class Variant:
    """Who writes and who looks up, the fine-tuned version or the untouched base, and the settings that differ."""

    title: str
    writes_tuned: bool = True
    looks_up_tuned: bool = True
    changes: dict[str, Any] = field(default_factory=dict)


VARIANTS = {
    "product": Variant("whole product"),
    "untouched": Variant("the same with the untouched base beside it", writes_tuned=False),
    "first": Variant("before any fine-tune", writes_tuned=False, looks_up_tuned=False),
    "quoting": Variant("quoting", changes={"replies": "quote"}),
}


@dataclass(frozen=True)
class Reply:
    """What came back for a case: the text and how it came about."""

    suite: str
    case: Case
    text: str
    trace: Trace


@contextmanager
def opened(settings: Settings, installed: Store, variant: Variant, tuned: str) -> Iterator[Session]:
    """A session of a variant, where `tuned` is the fine-tuned version; `base` where there is none."""
    own = settings.model_copy(update={"temperature": 0.0, "max_waiting": 1000, "canary": 0.0, **variant.changes})
    base = find_base_model(own.base_model, own.home)
    pack = load_pack(own.pack_folder)

    def load(_: str) -> tuple[Engine, Knowledge]:
        knowledge = version_knowledge(own, pack, installed, tuned if variant.looks_up_tuned else BASE)
        return load_engine(own, base, installed, tuned if variant.writes_tuned else BASE), knowledge

    with tempfile.TemporaryDirectory(prefix="chatbot-benchmark-") as folder:
        session = Session(own, open_store(Path(folder) / "chatbot.db"), pack, LiveEngine(load, lambda: BASE))
        try:
            yield session
        finally:
            session.live.close()


def ask(session: Session, asked: Sequence[tuple[str, Case]], report: Report) -> list[Reply]:
    """Cases with the names of their suites, each after the messages that stand before its question."""

    def answer(one: tuple[str, Case]) -> Reply:
        name, case = one
        messages = [ChatMessage(role=turn.role, content=turn.content) for turn in case.messages]
        *_, last = session.answer_messages(session.store.people.visitor("benchmark"), messages)
        return Reply(name, case, last.text, last.trace)

    return together(session, answer, asked, report)


def ask_talks(session: Session, report: Report) -> list[Reply]:
    """The multi_turn cases typed one message after the other, so that the talk holds the product's own replies."""

    def talk(case: Case) -> Reply:
        person, conversation = session.store.people.visitor("benchmark"), None
        for message in case.messages[::2]:
            *_, last = session.say(person, message.content, conversation)
            conversation = last.conversation
        return Reply("talks", case, last.text, last.trace)

    return together(session, talk, session.pack.suites.get("multi_turn", []), report)


def rules_that_fire(session: Session, rows: Sequence[dict[str, Any]], report: Report) -> list[dict[str, str]]:
    """Of messages with what stood before them: those that a rule hands over or refuses, and the rule."""

    def route(row: dict[str, Any]) -> Trace:
        messages = [*row["history"], {"role": "user", "content": row["text"]}]
        updates = session.answer_messages(session.store.people.visitor("benchmark"), messages)
        try:
            return next(updates).trace
        finally:
            updates.close()

    traces = together(session, route, rows, report)
    return [
        {"text": row["text"], "rule": trace.rule, "act": trace.act}
        for row, trace in zip(rows, traces, strict=True)
        if trace.rule and trace.act in ("handoff", "refuse")
    ]


def together(session: Session, ask: Callable[[Asked], Got], asked: Sequence[Asked], report: Report) -> list[Got]:
    """What comes of asking each, as many at once as the session admits, in the order of `asked`."""
    found: list[Got] = []
    with ThreadPoolExecutor(min(AT_ONCE, session.settings.max_concurrent)) as pool:
        for one in pool.map(ask, asked):
            found.append(one)
            report(len(found), len(asked))
    return found
