"""An engine of one's own: it answers with the fact that shares most words with the question, and needs no weights.

    python examples/engine/nearest_fact.py "What does express delivery cost?"

An engine is whatever fulfils `Engine` in chatbot/engines/base.py. Rules, search, checks and storing are the session's.
"""

import re
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing

from chatbot.dialogue.opening import version_knowledge
from chatbot.dialogue.session import Session
from chatbot.engines.base import Engine, Usage
from chatbot.engines.live import LiveEngine
from chatbot.engines.stopping import until_stop
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import load_pack
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import load_settings
from chatbot.store import open_store

FACT, ASKED = re.compile(r"^- (?:[^:\n]*: )?(.*)", re.MULTILINE), re.compile(r"^Question: (.*)", re.MULTILINE)
UNKNOWN = "I don't have that information."


def words(text: str) -> set[str]:
    """The different words of a text."""
    return set(re.findall(r"\w+", text.lower()))


def nearest_fact(prompt: str) -> str:
    """The fact of a prompt (chatbot/dialogue/prompt.py) that shares most words with the question in it."""
    asked = words(" ".join(ASKED.findall(prompt)))
    return max(FACT.findall(prompt), key=lambda fact: len(words(fact) & asked), default=UNKNOWN)


class ReadyReply:
    """A reply that is there at once, handed out word by word."""

    def __init__(self, text: str, sampling: Sampling, prompt_tokens: int) -> None:
        self.usage = Usage(prompt_tokens)
        self._text = text
        self._sampling = sampling
        self._cancelled = threading.Event()

    def __iter__(self) -> Iterator[str]:
        """Yield words until the reply is over, cancelled, as long as it may be, or at a stop string."""
        return until_stop(self._pieces(), self._sampling.stop, self._met_stop)

    def _pieces(self) -> Iterator[str]:
        for word in re.findall(r"\S+\s*", self._text):
            if self._cancelled.is_set():
                self.usage.finish = "cancelled"
                return
            if self.usage.completion_tokens == self._sampling.max_new_tokens:
                self.usage.finish = "length"
                return
            self.usage.completion_tokens += 1
            yield word
        self.usage.finish = "stop"

    def _met_stop(self) -> None:
        self.usage.finish = "stop"

    def cancel(self) -> None:
        """Stop before the next word."""
        self._cancelled.set()


class NearestFactEngine:
    """Answers with the nearest fact; a word counts as a token."""

    state, available, structured = "", True, False

    def __init__(self, version: str) -> None:
        self.version = version

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> ReadyReply:
        """Begin the reply to the last message."""
        return ReadyReply(nearest_fact(messages[-1]["content"]), sampling, self.count_tokens(messages))

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The words of all messages."""
        return sum(len(message["content"].split()) for message in messages)

    def close(self) -> None:
        """Nothing to free."""


def open_session() -> Session:
    """A session as the settings say, with this engine in the place of a model."""
    settings = load_settings(replies="write")
    store = open_store(settings.database)
    pack = load_pack(settings.pack_folder)

    def load(version: str) -> tuple[Engine, Knowledge]:
        return NearestFactEngine(version), version_knowledge(settings, pack, store, version)

    return Session(settings, store, pack, LiveEngine(load, lambda: "base"))


def main() -> None:
    """Answer the question on the command line."""
    session = open_session()
    with closing(session.store), closing(session.live):
        *_, last = session.say(session.store.people.visitor("terminal"), sys.argv[1])
        print(last.text)


if __name__ == "__main__":
    main()
