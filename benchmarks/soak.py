"""The running product for an hour with people who talk, read and think: memory, lost replies, how long they wait.

    python -m benchmarks.soak [--minutes N] [--visitors N] [--pause SECONDS] [--json]

Each visitor talks over `/v1` in one conversation of some questions, then begins another; chance draws the pauses. What
was told to the end must stand in the database as it was told. The home's champion is served, on a copy of the home.
Memory and waits of the last third of the time are held against the second; in the first everything warms up.
"""

import asyncio
import json
import math
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import click
import httpx
import numpy as np

from benchmarks.alternating import Measure, Wanted
from benchmarks.machine import describe_machine
from benchmarks.running_product import ANSWER_SECONDS, Listener, Product, request_body, running_product
from benchmarks.serving_prompts import questions
from chatbot.commands import quieten, run_command
from chatbot.errors import NotFoundError
from chatbot.knowledge.packs import load_pack
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.web.api_requests import PREFIX

QUESTIONS_A_TALK = 5
SAMPLE_SECONDS = 5.0
MOST_GROWTH = 1.05
MOST_FAULTS = 10


@dataclass
class Told:
    """A reply that was told to its end: when it began, how long it took, and what was said."""

    at: float
    whole: float
    message: str
    text: str


@dataclass
class Soak:
    """What became of the questions, and the server's memory in MiB with the seconds at which it was read."""

    told: list[Told] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    began: float = field(default_factory=time.perf_counter)

    def count(self, outcome: str, fault: str = "") -> None:
        """Note one question; the first few faults are kept in words."""
        self.outcomes[outcome] += 1
        if fault and len(self.faults) < MOST_FAULTS:
            self.faults.append(f"{outcome}: {fault}")

    @property
    def passed(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self.began


async def visit(product: Product, asked: list[str], soak: Soak, number: int, pause: float, seconds: float) -> None:
    """One visitor until the time is over; the first question comes at a moment of their own."""
    chance = random.Random(number)
    await asyncio.sleep(chance.random() * pause)
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
        said = 0
        while soak.passed < seconds:
            if said % QUESTIONS_A_TALK == 0:
                conversation = ""
            conversation = await ask(product, client, chance.choice(asked), conversation, soak)
            said += 1
            await asyncio.sleep(min(chance.expovariate(1 / pause), max(0.0, seconds - soak.passed)))


async def ask(product: Product, client: httpx.AsyncClient, question: str, conversation: str, soak: Soak) -> str:
    """One question in a conversation, or in a new one where it is empty; the conversation's id."""
    at, listener, first = soak.passed, Listener(), ""
    body = request_body(question) | ({"conversation": conversation} if conversation else {})
    try:
        async with client.stream("POST", product.completions, json=body) as answer:
            if answer.status_code != 200:
                soak.count("refused", f"{answer.status_code}: {(await answer.aread()).decode(errors='replace')[:200]}")
                return ""
            async for line in answer.aiter_lines():
                first = first or line.removeprefix("data: ")
                listener.hear(line)
    except httpx.HTTPError as error:
        soak.count("lost", f"{type(error).__name__}: {error}")
        return ""
    if not listener.sound:
        soak.count("broken", listener.state)
        return ""
    head = json.loads(first)
    soak.count("told")
    soak.told.append(Told(at, listener.whole, head["id"].removeprefix(PREFIX), listener.text))
    return str(head["conversation"])


async def sample(product: Product, soak: Soak) -> None:
    """Read the server's memory until it is stopped."""
    while True:
        soak.memory.append((soak.passed, product.memory()))
        await asyncio.sleep(SAMPLE_SECONDS)


async def hold(product: Product, asked: list[str], visitors: int, pause: float, seconds: float) -> Soak:
    """Let all of them talk."""
    soak = Soak()
    sampler = asyncio.create_task(sample(product, soak))
    await asyncio.gather(*(visit(product, asked, soak, number, pause, seconds) for number in range(visitors)))
    sampler.cancel()
    return soak


def unlike(product: Product, told: list[Told]) -> int:
    """How many replies do not stand in the database as they were told."""

    def stored(message: str) -> str | None:
        try:
            return product.store.conversations.message(message).content
        except NotFoundError:
            return None

    return sum(stored(one.message) != one.text for one in told)


def third(soak: Soak, number: int, seconds: float) -> tuple[list[float], list[float]]:
    """The waits and the memory of one third of the time, 0 to 2."""
    start, end = number * seconds / 3, (number + 1) * seconds / 3
    waits = [one.whole for one in soak.told if start <= one.at < end]
    return waits, [mib for at, mib in soak.memory if start <= at < end]


def measures_of(soak: Soak, unlike: int, seconds: float) -> list[Measure]:
    """What is wanted, and what came of it."""
    (before, memory_before), (after, memory_after) = third(soak, 1, seconds), third(soak, 2, seconds)
    lost = soak.outcomes.total() - soak.outcomes["told"] + unlike
    note = f"{dict(soak.outcomes)} {soak.faults}, {unlike} not as stored"
    late, later = (float(np.percentile(one, 95)) if one else math.nan for one in (before, after))
    held, grown = (max(one, default=math.nan) for one in (memory_before, memory_after))
    return [
        Measure("lost, broken, refused or not as stored", "replies", lost, Wanted("<=", 0), note=note),
        Measure("memory, last third over the second", "MiB", grown / held, Wanted("<=", MOST_GROWTH), grown, held),
        Measure("95th percentile of a whole reply, the same", "s", later / late, None, later, late),
    ]


@click.command()
@click.option("--minutes", default=60.0, type=click.FloatRange(0.05), help="How long they talk.")
@click.option("--visitors", default=50, type=click.IntRange(1), help="How many people talk.")
@click.option("--pause", default=150.0, type=click.FloatRange(0.01), help="Mean seconds between two questions of one.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(minutes: float, visitors: int, pause: float, as_json: bool) -> None:
    """Talk with the product for long, and tell what came of it."""
    settings, seconds = load_settings(), minutes * 60
    machine, store = describe_machine(), open_store(settings.database)
    version = store.versions.resolve("champion")
    store.close()
    asked = questions(load_pack(settings.pack_folder))
    with running_product(settings, version) as product:
        soak = asyncio.run(hold(product, asked, visitors, pause, seconds))
        measures = measures_of(soak, unlike(product, soak.told), seconds)
    result: dict[str, Any] = {
        "machine": machine,
        "version": version,
        "minutes": minutes,
        "visitors": visitors,
        "pause": pause,
        "outcomes": dict(soak.outcomes),
        "measures": [one.as_dict() for one in measures],
        "memory_mib": [round(mib, 1) for _, mib in soak.memory],
    }
    if as_json:
        click.echo(json.dumps(result))
    else:
        for one in measures:
            verdict = {True: "met", False: "MISSED", None: ""}[one.met]
            click.echo(f"{one.name:46} {one.value:>8.3f}  {one.wanted or ''} {verdict}  {one.note}")
    sys.exit(any(one.met is False for one in measures))


if __name__ == "__main__":
    quieten()
    sys.exit(run_command(command))
