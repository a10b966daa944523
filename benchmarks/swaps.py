"""The champion moved to and fro while chats stream: no reply is cut or written by two versions, and no memory is lost.

Each swap waits until the new version answers and lets chats begin on it. Memory is compared between the last swaps
and the third and fourth, each pair holding both versions, which differ in size.
"""

import threading
import time
from collections import Counter
from statistics import mean, median
from typing import Any

import click
import httpx

from benchmarks.alternating import Measure, Wanted
from benchmarks.running_product import Product, running_product
from benchmarks.serving_product import WRITE, Ask, callers
from benchmarks.serving_prompts import Served, questions
from chatbot.store.versions import BASE

CHATS = 8
SETTLED = 3
LEAST_SWAPS = SETTLED + 1
SWAP_SECONDS = 300
DWELL_SECONDS = 2.0
MOST_GROWTH = 1.10


class _Chats:
    """People who ask one question after the other until it is over; a failure counts as a broken reply."""

    def __init__(self, asked: list[str], call: Ask) -> None:
        self.outcomes: Counter[str] = Counter()
        self.versions: Counter[str] = Counter()
        self.faults: list[str] = []
        self.over = threading.Event()
        self._asked = asked
        self._call = call
        self._lock = threading.Lock()
        self._people = [threading.Thread(target=self._person, args=(number,), daemon=True) for number in range(CHATS)]

    def start(self) -> None:
        """Let everybody begin."""
        for one in self._people:
            one.start()

    def end(self) -> None:
        """Wait for the replies under way."""
        self.over.set()
        for one in self._people:
            one.join()

    def _person(self, number: int) -> None:
        while not self.over.is_set():
            outcome, fault, versions = self._reply(self._asked[number % len(self._asked)])
            with self._lock:
                self.outcomes[outcome] += 1
                self.versions.update(versions)
                if fault and len(self.faults) < 10:
                    self.faults.append(fault)
            number += CHATS

    def _reply(self, question: str) -> tuple[str, str, set[str]]:
        try:
            reply = self._call(question, None)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            return "broken", f"{type(error).__name__}: {error}", set()
        outcome = "whole" if reply.sound else "by two versions" if len(reply.versions) > 1 else "broken"
        return outcome, "" if reply.sound else f"{outcome}: {reply.state}", reply.versions


def swaps(served: Served, count: int) -> tuple[list[Measure], dict[str, Any]]:
    """Swap between the version and another (a registered one, else the base); the measures and what was counted."""
    if count < LEAST_SWAPS:
        raise click.ClickException(f"{count} swaps are too few: memory is compared from the {LEAST_SWAPS}th on")
    others = [one.name for one in served.store.versions.all() if one.name != served.version] + [BASE]
    other = next((name for name in others if name != served.version), None)
    if other is None:
        raise click.ClickException("there is no second version to swap with: run `python -m training cycle` first")
    memory: list[float] = []
    seconds: list[float | None] = []
    with running_product(served.settings, served.version, **WRITE) as product, callers(product, CHATS) as call:
        chats = _Chats(questions(served.pack), call)
        chats.start()
        try:
            time.sleep(DWELL_SECONDS)
            for number in range(count):
                seconds.append(_swap(product, other if number % 2 == 0 else served.version))
                memory.append(product.memory())
        finally:
            chats.end()
    return _measures(chats, memory, seconds.count(None)), {
        "swaps": count,
        "median_seconds_to_swap": round(median(one for one in seconds if one is not None), 1) if any(seconds) else None,
        "outcomes": dict(chats.outcomes),
        "replies_by_version": dict(chats.versions),
        "faults": chats.faults,
        "memory_mib": [round(one, 1) for one in memory],
    }


def _swap(product: Product, version: str) -> float | None:
    """Promote a version and wait until it answers, and a little longer; the seconds it took, None if it never came."""
    began = time.monotonic()
    product.store.versions.point("champion", version, "benchmark")
    while (late := product.version() != version) and time.monotonic() - began < SWAP_SECONDS:
        time.sleep(0.2)
    spent = time.monotonic() - began
    time.sleep(DWELL_SECONDS)
    return None if late else spent


def _measures(chats: _Chats, memory: list[float], late: int) -> list[Measure]:
    broken = chats.outcomes.total() - chats.outcomes["whole"]
    early, last = mean(memory[SETTLED - 1 : SETTLED + 1]), mean(memory[-2:])
    count = len(memory)
    return [
        Measure(f"{count} swaps: broken replies", "replies", broken, Wanted("<=", 0), note=str(dict(chats.outcomes))),
        Measure(f"{count} swaps: versions that did not come to answer", "swaps", late, Wanted("<=", 0)),
        Measure(
            f"{count} swaps: memory over that of the third",
            "MiB",
            round(last / early, 3),
            Wanted("<=", MOST_GROWTH),
            round(last),
            round(early),
        ),
    ]
