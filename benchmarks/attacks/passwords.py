"""Guesses at one account's password, each as if from another address: how many of them are tried within a minute."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx

from benchmarks.attacks.matrix import PATIENCE
from benchmarks.running_product import NoCookies

WINDOW_SECONDS = 60.0
AT_ONCE = 3
TRIED, TOLD_TO_WAIT = (401, 303), 429


@dataclass(frozen=True)
class Guesses:
    """What became of the guesses; `most_a_minute` is how many were tried within any minute."""

    seconds: float
    sent: int
    tried: int
    told_to_wait: int
    most_a_minute: int


def guess(url: str, name: str, seconds: float) -> Guesses:
    """Guess as fast as answers come."""
    began = time.monotonic()

    def guesser(number: int) -> list[tuple[float, int]]:
        chance, seen = random.Random(number), []
        with httpx.Client(timeout=PATIENCE, cookies=NoCookies()) as http:
            while time.monotonic() - began < seconds:
                given = {"name": _spelt(name, chance), "password": f"guess {chance.random()}"}
                answer = http.post(f"{url}/login", data=given, headers=_claims(chance))
                seen.append((time.monotonic(), answer.status_code))
        return seen

    with ThreadPoolExecutor(AT_ONCE) as pool:
        seen = sorted(one for person in pool.map(guesser, range(AT_ONCE)) for one in person)
    tried = [moment for moment, status in seen if status in TRIED]
    waited = sum(status == TOLD_TO_WAIT for _, status in seen)
    return Guesses(round(time.monotonic() - began, 1), len(seen), len(tried), waited, most_within(tried))


def most_within(moments: Sequence[float], seconds: float = WINDOW_SECONDS) -> int:
    """How many of these moments, in order, lie within so many seconds at most."""
    return max((sum(first <= one < first + seconds for one in moments) for first in moments), default=0)


def _spelt(name: str, chance: random.Random) -> str:
    """Mostly the name itself; at times as another program might write it."""
    return chance.choice([name, name, name, name.upper(), f" {name} ", name.replace("O", "\uff2f")])


def _claims(chance: random.Random) -> dict[str, str]:
    """Headers that tell another address each time."""
    address = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
    return {
        "x-forwarded-for": chance.choice([address, f"{address}, 127.0.0.1", f"127.0.0.1, {address}", f"[::{address}]"]),
        "x-real-ip": address,
        "forwarded": f"for={address}",
        "x-forwarded-host": f"{chance.random()}.example",
        "cookie": f"chatbot_visitor={chance.random()}",
    }
