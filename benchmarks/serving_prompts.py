"""What the serving benchmark asks: the pack's own questions as the product's turns put them before the model.

Questions are drafted once for all parts, by an engine that is then closed, so that no cache of a measured engine knows
them: the draft says which questions the model itself answers, how long the reply is, whether it passes the check at
once and how much of it is copied from its passages. Knows no server.
"""

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click

from chatbot.dialogue.opening import version_knowledge
from chatbot.dialogue.reply import Writing
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.base import Engine
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE

AT_ONCE = 16
COPIED_WORDS = 4
PASSED = "passed"


@dataclass(frozen=True)
class Served:
    """The version that is served: its weights, and what its turns are prepared with."""

    settings: Settings
    store: Store
    version: str
    base: BaseModel
    gguf: Path
    pack: Pack

    def engine(self) -> OpenVinoEngine:
        """A fresh engine on the version's file."""
        return OpenVinoEngine(self.gguf, self.base, self.version)

    def sampling(self, max_new_tokens: int | None = None) -> Sampling:
        """Greedy, as the installation's settings have it, with their longest reply or a given one."""
        settings = self.settings
        return Sampling(max_new_tokens or settings.max_new_tokens, 0.0, settings.top_p, settings.repetition_penalty)


@dataclass(frozen=True)
class Draft:
    """A question with the prompt that the product makes of it and the reply that it would give."""

    question: str
    prompt: list[ChatMessage]
    reply: str
    tokens: int
    outcome: str
    copied: float


def open_served(settings: Settings, store: Store, version: str) -> Served:
    """The version to measure, writing its replies; raises `ClickException` where its weights are no GGUF file."""
    settings = settings.model_copy(update={"replies": "write", "temperature": 0.0})
    name = store.versions.resolve(version)
    base = find_base_model(settings.base_model, settings.home)
    gguf = base.gguf if name == BASE else store.versions.get(name).folder.merged
    if gguf is None or not gguf.is_file():
        raise click.ClickException(f"{name} has no GGUF file, which both sides read: set `base_model` to one")
    return Served(settings, store, name, base, gguf, load_pack(settings.pack_folder))


def questions(pack: Pack) -> list[str]:
    """The questions of the `facts` suite and of the curated pairs, each once, in an order that is always the same."""
    asked = [case.messages[-1].content for case in pack.suites["facts"]] + [pair.query for pair in pack.pairs]
    found = list(dict.fromkeys(asked))
    random.Random(0).shuffle(found)
    return found


def draft(served: Served, count: int) -> list[Draft]:
    """The first `count` questions whose reply the model writes and the check passes at once."""
    engine = served.engine()
    knowledge = version_knowledge(served.settings, served.pack, served.store, served.version)
    found: list[Draft] = []
    waiting = questions(served.pack)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while waiting and len(found) < count:
                some, waiting = waiting[: 2 * AT_ONCE], waiting[2 * AT_ONCE :]
                turns = [
                    prepare_turn(served.settings, served.pack, knowledge, engine, [], question) for question in some
                ]
                asked = [(q, t) for q, t in zip(some, turns, strict=True) if t.act == "answer" and not t.reply]
                drafted = pool.map(lambda pair: _draft(engine, served.sampling(), *pair), asked)
                found += [one for one in drafted if one.outcome == PASSED and one.tokens > 1]
    finally:
        engine.close()
    if len(found) < count:
        raise click.ClickException(f"{len(found)} of {count} questions are answered by the model: lower --rounds")
    return found[:count]


def _draft(engine: Engine, sampling: Sampling, question: str, turn: Turn) -> Draft:
    *_, reply = Writing(engine, turn, sampling)
    tokens = reply.usage.completion_tokens if reply.usage else 0
    share = copied(reply.text, " ".join(passage.text for passage in turn.passages))
    return Draft(question, turn.prompt, reply.text, tokens, reply.outcome, share)


def copied(reply: str, source: str) -> float:
    """Share of a reply's words that stand, four or more in a row, in the source."""
    words, held = reply.lower().split(), source.lower().split()
    runs = {tuple(held[at : at + COPIED_WORDS]) for at in range(len(held) - COPIED_WORDS + 1)}
    starts = [at for at in range(len(words)) if tuple(words[at : at + COPIED_WORDS]) in runs]
    covered = {place for at in starts for place in range(at, at + COPIED_WORDS)}
    return len(covered) / len(words) if words else 0.0


def long_prompt(served: Served, engine: OpenVinoEngine, tokens: int, number: int) -> list[ChatMessage]:
    """A prompt of at least `tokens` tokens of articles, in an order of its own for each number."""
    pieces = [piece.text for piece in served.pack.pieces]
    random.Random(number).shuffle(pieces)
    prompt: list[ChatMessage] = []
    for count in range(1, len(pieces) + 1):
        prompt = [{"role": "user", "content": f"Text {number}:\n" + "\n".join(pieces[:count])}]
        if engine.count_tokens(prompt) >= tokens:
            break
    return prompt


def second_turn(first: Draft, follow_up: str) -> list[ChatMessage]:
    """The talk after a first turn, exactly as it was read, with a further short message."""
    return [*first.prompt, {"role": "assistant", "content": first.reply}, {"role": "user", "content": follow_up}]


def slices(drafts: Sequence[Draft], size: int) -> list[list[Draft]]:
    """The drafts in consecutive groups of one size."""
    return [list(drafts[at : at + size]) for at in range(0, len(drafts) - size + 1, size)]
