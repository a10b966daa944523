"""What the whole product costs beside its engine: speed at 16 at once over `/v1`, and time before the first token.

The product runs with `replies = write`, retrieval, check and storing included; the engine alone gets the very prompts
that the product makes. Only questions count whose drafted reply passes the check at once: what a second attempt
costs is a matter of the answers, not of serving.
"""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

import httpx

from benchmarks.alternating import Measure, Wanted, alternate, compare
from benchmarks.running_product import ANSWER_SECONDS, Listener, Product, ask, running_product
from benchmarks.serving_engine import drafted, first_token, measured_engine, throughput
from benchmarks.serving_prompts import AT_ONCE, Draft, Served

REPLIES_EACH = 3
FIRST_TOKENS = 24
WRITE = {"CHATBOT_REPLIES": "write", "CHATBOT_TEMPERATURE": "0"}

Ask = Callable[[str, int | None], Listener]


@contextmanager
def callers(product: Product, count: int = AT_ONCE) -> Iterator[Ask]:
    """A function that asks for one streamed reply, from as many threads as there are open connections."""
    clients = [httpx.Client(timeout=ANSWER_SECONDS) for _ in range(count)]
    turns = itertools.count()
    own = threading.local()

    def call(question: str, max_tokens: int | None = None) -> Listener:
        if not hasattr(own, "client"):
            own.client = clients[next(turns) % count]
        return ask(product, own.client, question, max_tokens)

    try:
        yield call
    finally:
        for client in clients:
            client.close()


def drafts_for_product(rounds: int) -> int:
    """How many drafts `against_engine` needs."""
    return AT_ONCE + FIRST_TOKENS + rounds * AT_ONCE * REPLIES_EACH


def against_engine(served: Served, drafts: Sequence[Draft], rounds: int) -> list[Measure]:
    """The product's share of the engine's speed, and the milliseconds that it adds before the first token."""
    size = AT_ONCE * REPLIES_EACH
    warming, single = drafts[:AT_ONCE], drafts[AT_ONCE : AT_ONCE + FIRST_TOKENS]
    many = drafts[AT_ONCE + FIRST_TOKENS :]
    with running_product(served.settings, served.version, **WRITE) as product, measured_engine(served) as engine:
        alone = drafted(engine, served)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(alone, warming))
        _through(product, warming)

        def part(number: int) -> Sequence[Draft]:
            return many[number * size : (number + 1) * size]

        speeds = alternate(
            rounds, lambda number: _through(product, part(number)), lambda number: throughput(alone, part(number))
        )
        with callers(product, 1) as call:
            first = alternate(
                len(single),
                lambda number: _first_text(call, single[number]) * 1000,
                lambda number: first_token(engine, single[number].prompt, served.sampling()) * 1000,
            )
    added = round(median(a - b for a, b in first), 1)
    ours, theirs = (round(median(side), 1) for side in zip(*first, strict=True))
    return [
        compare("product over engine alone, 16 at once", "tokens/s", speeds, Wanted(">=", 0.9)),
        Measure(
            "added before the first token of one chat",
            "ms",
            added,
            Wanted("<=", 40),
            ours,
            theirs,
            [(round(a, 1), round(b, 1)) for a, b in first],
            "median of the differences; replies of one token, as /v1 streams whole sentences",
        ),
    ]


def _through(product: Product, drafts: Sequence[Draft]) -> float:
    """Tokens a second through the product, 16 at once; raises `RuntimeError` for a reply that is not sound."""

    def tokens(call: Ask, one: Draft) -> int:
        reply = call(one.question, None)
        if not reply.sound:
            raise RuntimeError(f"{one.question!r} was not answered whole: {reply.state}")
        return reply.tokens

    with callers(product) as call:
        return throughput(lambda one: tokens(call, one), drafts)


def _first_text(call: Ask, one: Draft) -> float:
    reply = call(one.question, 1)
    if reply.first is None:
        raise RuntimeError(f"{one.question!r} got no text: {reply.state}")
    return reply.first
