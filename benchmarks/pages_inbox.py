"""The staff's pages with many conversations: how long lists, filters, searches and the overview take, to the last byte.

The conversations are written straight into the store's tables, as its own writers would have left them: four messages
each of words that are as frequent as words are (the n-th most frequent 1/n as often as the first), most cases done,
some open, a few hundred waiting. What is asked is what an agent asks: the start page, the pages after it, each filter,
words that are everywhere and words that are rare; and what an operator opens first, the last 7, 30 and 90 days.
"""

import json
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import click
import httpx
import numpy as np

from benchmarks.alternating import Measure, late
from benchmarks.running_product import Product, running_product
from chatbot.records import Act, Trace
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.sqlite.case_endings import count_endings
from chatbot.store.sqlite.case_places import REASONS, insert_case
from chatbot.store.sqlite.case_words import add_words
from chatbot.store.sqlite.store import SqliteStore

MOST_MILLISECONDS = 150.0
MOST_OF_OVERVIEW = 500.0
ROUNDS = 100
WORDS = 20_000
MESSAGE_WORDS = (4, 40)
VISITORS_OF = 4  # conversations of one visitor
NAME, OPERATOR, PASSWORD = "bench", "bench-operator", secrets.token_urlsafe(16)
VERSIONS = [f"larkspur-v{number:04d}-abcdef01" for number in range(8)]
TOPICS = ["Returns", "Delivery", "Warranty", "Invoices", "Gift cards", "Assembly", "Care", "Stock"]
LABELS = ["urgent", "refund", "vip", "bug"]


def inbox(conversations: int) -> list[Measure]:
    """The 95th percentile of lists, of filters, of searches and of the overview."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(home=Path(folder) / "home", engine="scripted", auto_train=False)
        store = open_store(settings.database)
        began = time.perf_counter()
        words = fill(store, conversations)
        store.people.add_staff(OPERATOR, "operator", PASSWORD)
        click.echo(f"  {conversations:,} conversations written in {time.perf_counter() - began:.0f} s", err=True)
        store.close()
        with running_product(settings, "base", CHATBOT_ENGINE="scripted") as product:
            return [*_measured(product, words), _overview(product)]


def fill(store: SqliteStore, conversations: int, seed: int = 0) -> list[str]:
    """Write so many conversations; returns the words that they are made of, the most frequent first."""
    draw = random.Random(seed)
    words = _vocabulary(draw)
    agent = store.people.add_staff(NAME, "agent", PASSWORD)
    drawn = np.random.default_rng(seed).zipf(1.1, size=conversations * 4 * MESSAGE_WORDS[1])
    chosen = (drawn - 1) % WORDS
    ranks = iter(chosen.tolist())
    start = datetime.now(UTC) - timedelta(days=365)
    db = store.database.here
    with store.transaction():
        for number in range(conversations):
            moment = (start + timedelta(days=365) * number / conversations).isoformat(timespec="microseconds")
            texts = [" ".join(words[next(ranks)] for _ in range(draw.randint(*MESSAGE_WORDS))) for _ in range(4)]
            _write(db, draw, number, moment, texts, agent.id)
        count_endings(db)
    return words


def _vocabulary(draw: random.Random) -> list[str]:
    letters = "eeeetttaaooiinnsshhrrdlucmfwygpbvk"
    return ["".join(draw.choices(letters, k=draw.randint(3, 10))) for _ in range(WORDS)]


def _write(db: Any, draw: random.Random, number: int, moment: str, texts: list[str], agent: str) -> None:
    person, conversation = f"v{number // VISITORS_OF}", f"c{number:015d}"
    run = db.conn.execute
    if number % VISITORS_OF == 0:
        run("insert into people (id, role, created_at) values (?, 'visitor', ?)", [person, moment])
    head = f"m{number:012d}3"
    run(
        "insert into conversations (id, person, pack, title, head, created_at, updated_at) "
        "values (?, ?, 'larkspur', ?, ?, ?, ?)",
        [conversation, person, texts[0][:60], head, moment, moment],
    )
    version, parent = draw.choice(VERSIONS), None
    for place, text in enumerate(texts):
        message, reply = f"m{number:012d}{place}", place % 2 == 1
        act = draw.choices(["answer", "abstain", "chat"], [85, 10, 5])[0]
        counted = [version, _traces()[act], act, 0, draw.uniform(50, 2500)] if reply else [None] * 5
        run(
            "insert into messages (id, conversation, parent, role, content, status, created_at, version, trace, act, "
            "handed, first_ms) values (?, ?, ?, ?, ?, 'complete', ?, ?, ?, ?, ?, ?)",
            [message, conversation, parent, "assistant" if reply else "user", text, moment, *counted],
        )
        parent = message
    status = draw.choices(["done", "open", "waiting", "held"], [950, 45, 3, 1])[0]
    case = insert_case(
        db,
        conversation,
        status,  # type: ignore[arg-type]
        draw.choices(REASONS, [5, 10, 15, 70])[0],
        moment,
        version=version,
        topic=draw.choice(TOPICS),
        holder=agent if status == "held" else None,
    )
    for text in texts:
        add_words(db, case, text)
    if draw.random() < 0.1:
        run("insert into case_labels (label, number) values (?, ?)", [draw.choice(LABELS), case])


@cache
def _traces() -> dict[str, str]:
    acts: tuple[Act, ...] = ("answer", "abstain", "chat")
    return {act: json.dumps(asdict(Trace(VERSIONS[0], act=act))) for act in acts}


def _measured(product: Product, words: list[str]) -> list[Measure]:
    with httpx.Client(base_url=product.url, timeout=60) as agent:
        agent.post("/login", data={"name": NAME, "password": PASSWORD})
        for query in (*_lists(agent), *_filters(agent)):
            _ask(agent, query)
        asked = {"list": _lists(agent), "filter": _filters(agent), "search": _searches(words)}
        return [
            late(f"inbox, {name}", [_ask(agent, query) for query in queries], MOST_MILLISECONDS)
            for name, queries in asked.items()
        ]


def _overview(product: Product) -> Measure:
    with httpx.Client(base_url=product.url, timeout=60) as operator:
        operator.post("/login", data={"name": OPERATOR, "password": PASSWORD})
        times = []
        for days in [7, 30, 90] * (ROUNDS // 10):
            began = time.perf_counter()
            operator.get("/operate/api/overview", params={"days": days}).raise_for_status()
            times.append((time.perf_counter() - began) * 1000)
    return late("overview", times, MOST_OF_OVERVIEW)


def _lists(agent: httpx.Client) -> list[dict[str, str]]:
    """The start page, each status, by time, and far pages."""
    plain: list[dict[str, str]] = [{}, {"order": "latest"}]
    plain += [{"status": status} for status in ("waiting", "open", "held", "done")]
    queries, cursor = list[dict[str, str]](), ""
    while len(queries) < ROUNDS:
        queries += plain
        page = agent.get("/review/api/cases", params={"cursor": cursor, "limit": "200"}).json()
        cursor = page["next"]
        queries.append({"cursor": cursor})
    return queries


def _filters(agent: httpx.Client) -> list[dict[str, str]]:
    holder = next(one["id"] for one in agent.get("/review/api/staff").json() if one["name"] == NAME)
    ago = [(datetime.now(UTC) - timedelta(days=days)).isoformat() for days in (1, 30, 300)]
    kinds = [{"version": VERSIONS[0]}, {"topic": "Returns"}, {"holder": holder}, {"reason": "disliked"}]
    kinds += [{"label": "vip"}, {"since": ago[0]}, {"since": ago[1]}, {"since": ago[2], "until": ago[1]}]
    kinds += [{"status": "open", "version": VERSIONS[1], "topic": "Care"}, {"label": "bug", "status": "waiting"}]
    return kinds * (ROUNDS // len(kinds))


def _searches(words: list[str]) -> list[dict[str, str]]:
    """Words from everywhere to rare, two and three together, beginnings of words, with filters, and what is nowhere."""
    picked: Iterator[int] = iter([0, 1, 5, 20, 100, 1_000, 5_000, 19_000])
    texts = [words[rank] for rank in picked]
    texts += [f"{words[0]} {words[50]}", f"{words[1]} {words[2]} {words[3]}", words[0][:2], words[7][:3], "zzzzq"]
    queries = [{"text": text} for text in texts]
    queries += [{"text": words[0], "status": status} for status in ("waiting", "held", "open")]
    queries += [{"text": words[1], "version": VERSIONS[2], "label": "vip"}, {"text": words[200], "status": "waiting"}]
    return queries * (ROUNDS // len(queries) + 1)


def _ask(agent: httpx.Client, query: dict[str, str]) -> float:
    began = time.perf_counter()
    agent.get("/review/api/cases", params=query).raise_for_status()
    return (time.perf_counter() - began) * 1000
