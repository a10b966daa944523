"""A running product asked for three times of what it can serve: everybody is answered or told that it is busy.

Every visitor asks, reads to the end and asks again when their next turn comes, busy or not; 429 must carry
`Retry-After`. A reply that ends early, an error of another kind and a request without an answer all count as broken
or lost. The server's memory is read all the while.
"""

import asyncio
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import numpy as np

from benchmarks.alternating import Measure, Wanted
from benchmarks.running_product import ANSWER_SECONDS, Listener, NoCookies, Product, request_body, running_product
from benchmarks.serving_product import WRITE
from benchmarks.serving_prompts import AT_ONCE, Served, questions

TIMES_TOO_MANY = 3
UNLOADED = 20
CAPACITY_SHARE, LONGEST_CAPACITY_SECONDS = 0.2, 60
SAMPLE_SECONDS = 1.0
MOST_GROWTH = 1.10
SETTLED_AFTER = 1 / 3
RETRY_AFTER = "retry-after"
FAULT_CHARACTERS = 200


@dataclass
class Watch:
    """What became of the requests, and the server's memory in MiB, second by second."""

    outcomes: Counter[str] = field(default_factory=Counter)
    answered: list[Listener] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)

    def count(self, outcome: str, fault: str = "") -> None:
        """Note one request; the first few faults are kept in words."""
        self.outcomes[outcome] += 1
        if fault and len(self.faults) < 10:
            self.faults.append(f"{outcome}: {fault}")


def overload(served: Served, visitors: int, seconds: float) -> tuple[list[Measure], dict[str, Any]]:
    """The measures, and everything that was counted."""
    with running_product(served.settings, served.version, **WRITE) as product:
        return asyncio.run(_overload(product, questions(served.pack), visitors, seconds))


async def _overload(
    product: Product, asked: Sequence[str], visitors: int, seconds: float
) -> tuple[list[Measure], dict[str, Any]]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=visitors)
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, limits=limits, cookies=NoCookies()) as client:
        alone = Watch()
        for question in asked[: UNLOADED + 1]:
            await _ask(product, client, question, alone)
        alone.answered = alone.answered[1:]  # the first is for warming
        capacity = await _capacity(product, client, asked, min(LONGEST_CAPACITY_SECONDS, seconds * CAPACITY_SHARE))
        rate = TIMES_TOO_MANY * capacity
        watch = Watch()
        sampler = asyncio.create_task(_sample(product, watch))
        began = time.perf_counter()
        people = (_visitor(product, client, asked, watch, n, visitors / rate, seconds) for n in range(visitors))
        await asyncio.gather(*people)
        spent = time.perf_counter() - began
        sampler.cancel()
        after = Watch()
        await _ask(product, client, asked[0], after)
    return _measures(alone, watch, after), _details(alone, watch, capacity, spent)


async def _ask(product: Product, client: httpx.AsyncClient, question: str, watch: Watch) -> None:
    listener = Listener()
    try:
        async with client.stream("POST", product.completions, json=request_body(question)) as answer:
            if answer.status_code == 429:
                watch.count("busy" if RETRY_AFTER in answer.headers else "busy without Retry-After")
                return
            if answer.status_code != 200:
                said = (await answer.aread()).decode(errors="replace")
                watch.count("broken", f"status {answer.status_code}: {said[:FAULT_CHARACTERS]}")
                return
            async for line in answer.aiter_lines():
                listener.hear(line)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        watch.count("broken" if listener.versions else "lost", f"{type(error).__name__}: {error}")
        return
    watch.count("answered" if listener.sound else "broken", "" if listener.sound else listener.state)
    if listener.sound:
        watch.answered.append(listener)


async def _capacity(product: Product, client: httpx.AsyncClient, asked: Sequence[str], seconds: float) -> float:
    """Replies a second with 16 at once."""
    watch, began = Watch(), time.perf_counter()

    async def person(number: int) -> None:
        while time.perf_counter() - began < seconds or not watch.answered:
            await _ask(product, client, random.Random(number + watch.outcomes.total()).choice(asked), watch)

    await asyncio.gather(*(person(number) for number in range(AT_ONCE)))
    return len(watch.answered) / (time.perf_counter() - began)


async def _visitor(
    product: Product,
    client: httpx.AsyncClient,
    asked: Sequence[str],
    watch: Watch,
    number: int,
    interval: float,
    seconds: float,
) -> None:
    """Ask once every `interval` seconds, from a moment of one's own, until the time is over."""
    chance = random.Random(number)
    began = time.perf_counter()
    turn = chance.random() * interval
    while turn < seconds:
        await asyncio.sleep(max(0.0, turn - (time.perf_counter() - began)))
        await _ask(product, client, chance.choice(asked), watch)
        passed = time.perf_counter() - began
        turn += interval * max(1, math.ceil((passed - turn) / interval))


async def _sample(product: Product, watch: Watch) -> None:
    while True:
        watch.memory.append(product.memory())
        await asyncio.sleep(SAMPLE_SECONDS)


def _milliseconds(replies: Sequence[Listener], share: float, whole: bool) -> float:
    times = [reply.whole if whole else reply.first or reply.whole for reply in replies]
    return round(float(np.percentile(times, share)) * 1000, 1) if times else math.nan


def _growth(memory: Sequence[float]) -> float:
    """The largest resident size over that of the first third."""
    settled = max(1, int(len(memory) * SETTLED_AFTER))
    return round(max(memory) / max(memory[:settled]), 3)


def _measures(alone: Watch, watch: Watch, after: Watch) -> list[Measure]:
    unfit = watch.outcomes.total() - watch.outcomes["answered"] - watch.outcomes["busy"]
    unfit += after.outcomes.total() - after.outcomes["answered"]
    note = f"{dict(watch.outcomes)} {watch.faults} afterwards {dict(after.outcomes)}"
    rows = [
        Measure("overload: neither answered nor told busy", "requests", unfit, Wanted("<=", 0), note=note),
        Measure("overload: memory over the first third's", "ratio", _growth(watch.memory), Wanted("<=", MOST_GROWTH)),
    ]
    for name, whole in (("first text", False), ("whole reply", True)):
        loaded = [_milliseconds(watch.answered, share, whole) for share in (50, 95)]
        unloaded = _milliseconds(alone.answered, 95, whole)
        note = f"p50 {loaded[0]:g}; ours and theirs are the p95 under load and unloaded"
        ratio = round(loaded[1] / unloaded, 2)
        rows.append(Measure(f"overload: p95 of the {name}", "ms", ratio, None, loaded[1], unloaded, note=note))
    return rows


def _details(alone: Watch, watch: Watch, capacity: float, seconds: float) -> dict[str, Any]:
    return {
        "outcomes": dict(watch.outcomes),
        "faults": watch.faults,
        "unloaded": dict(alone.outcomes),
        "seconds": round(seconds, 1),
        "capacity_replies_per_second": round(capacity, 2),
        "asked_per_second": round(watch.outcomes.total() / seconds, 2),
        "answered_per_second": round(watch.outcomes["answered"] / seconds, 2),
        "memory_mib": [round(one, 1) for one in watch.memory],
    }
