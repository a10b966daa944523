"""The loop's numbers: from a fresh clone to the first reply, the first fine-tune, chatting beside it, and the hot swap.

    python -m benchmarks.loop [--json]

Clones the committed state into an empty folder with a new virtual environment, starts it with `make run`, and drives
it in a headless Chromium and over HTTP on loopback. Takes about half an hour. Writes to a temporary folder only.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from math import exp
from pathlib import Path
from statistics import median
from typing import Any

import click
import httpx

from benchmarks.alternating import alternate
from benchmarks.browser import chromium
from benchmarks.machine import describe_machine
from chatbot.commands import quieten
from chatbot.store import Store, open_store
from training.runs.jobs import yield_to_others

ROOT = Path(__file__).resolve().parent.parent
CHATS = 8
REPLIES = 24
ROUNDS = 5
QUESTIONS = (
    "How long do I have to send back a lamp?",
    "What does express delivery cost?",
    "Can I pay with a gift card and a bank card together?",
    "My plates arrived broken, what now?",
    "How many points do I get for an order?",
    "Do you deliver to Germany, and for how much?",
    "How do I change the address of my order?",
    "How long is the warranty on a floor lamp?",
)


@dataclass(frozen=True)
class Clone:
    """A fresh clone with its own virtual environment and home."""

    folder: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of this process without its settings, with a home of the clone's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CHATBOT_")}
        return kept | {"CHATBOT_HOME": str(self.home), "CHATBOT_PORT": "0"}

    def store(self) -> Store:
        """The clone's database."""
        return open_store(self.home / "chatbot.db")

    def training(self, *words: str) -> dict[str, Any]:
        """What a training command prints with `--json`."""
        line = [str(self.folder / ".venv/bin/python"), "-m", "training", *words, "--json"]
        done = subprocess.run(line, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=True)
        result: dict[str, Any] = json.loads(done.stdout)
        return result


@contextmanager
def serving(clone: Clone, *command: str, **environment: str) -> Iterator[tuple[str, float]]:
    """A server while it is needed; yields its address and the seconds from the command to its readiness."""
    given = clone.environment | environment
    log = clone.folder / "server.log"
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=clone.folder, env=given, stdout=output, stderr=output, start_new_session=True
        )
    try:
        while not (found := re.search(r"chat: (http://\S+)", log.read_text(errors="replace"))):
            if process.poll() is not None:
                raise click.ClickException(f"the server ended: {log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)
        yield found.group(1), time.perf_counter() - began
    finally:
        os.killpg(process.pid, 15)
        process.wait(60)


def first_words(url: str) -> tuple[float, float]:
    """Seconds until the page can be typed into, and from there to the first visible word of a reply."""
    with chromium() as browser:
        page = browser.new_page()
        began = time.perf_counter()
        page.goto(url)
        box = page.get_by_label("Message", exact=True)
        box.wait_for(timeout=60_000)
        shown = time.perf_counter()
        box.fill(QUESTIONS[0])
        box.press("Enter")
        page.wait_for_function(
            "document.querySelector('.reply .prose-text')?.textContent.trim().length > 0", timeout=120_000
        )
        written = time.perf_counter()
    return shown - began, written - shown


def stream(url: str, question: str) -> dict[str, Any]:
    """One streamed reply over `/v1`: its text, versions named in its pieces, tokens, and seconds from the request."""
    body = {
        "model": "champion",
        "messages": [{"role": "user", "content": question}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    text, versions, tokens, ended = "", set(), 0, False
    began = time.perf_counter()
    with httpx.stream("POST", f"{url}/v1/chat/completions", json=body, timeout=300) as answer:
        answer.raise_for_status()
        for line in answer.iter_lines():
            if line == "data: [DONE]":
                ended = True
            elif line.startswith("data: "):
                piece = json.loads(line[6:])
                versions.add(piece["model"])
                text += (piece["choices"][0]["delta"].get("content") if piece["choices"] else None) or ""
                tokens = (piece.get("usage") or {}).get("completion_tokens") or tokens
    seconds = time.perf_counter() - began
    return {"text": text, "versions": versions, "tokens": tokens, "ended": ended, "seconds": seconds}


def chat_speed(url: str) -> float:
    """Median tokens a second of one reply, from its request to its end, two people chatting."""
    speeds: list[float] = []

    def person(offset: int) -> None:
        for number in range(REPLIES // 2):
            reply = stream(url, QUESTIONS[(offset + number) % len(QUESTIONS)])
            if reply["tokens"]:
                speeds.append(reply["tokens"] / reply["seconds"])

    people = [threading.Thread(target=person, args=(offset,)) for offset in (0, 3)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    return median(speeds)


def beside_a_fine_tune(clone: Clone, url: str) -> dict[str, Any]:
    """Replies' speed beside a fine-tune at the priority that the product gives it, and while it is halted, in turns."""
    line = [str(clone.folder / ".venv/bin/python"), "-m", "training", "run", "--set", "seed=99", "--json"]
    process = subprocess.Popen(
        line,
        cwd=clone.folder,
        env=clone.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=yield_to_others,
    )
    store = clone.store()
    try:
        while store.versions.runs()[0].progress.get("step", 0) < 2:
            if process.poll() is not None:
                raise click.ClickException("the fine-tune beside the chats ended early")
            time.sleep(0.5)
        rounds = alternate(ROUNDS, lambda _: _while_halted(process, url), lambda _: chat_speed(url))
    finally:
        process.terminate()
        process.wait(120)
    alone, beside = (round(median(side), 1) for side in zip(*rounds, strict=True))
    shown = [(round(a, 1), round(b, 1)) for a, b in rounds]
    return {"alone": alone, "beside": beside, "share": round(median(b / a for a, b in rounds), 3), "rounds": shown}


def _while_halted(process: "subprocess.Popen[bytes]", url: str) -> float:
    process.send_signal(signal.SIGSTOP)
    try:
        return chat_speed(url)
    finally:
        process.send_signal(signal.SIGCONT)


def swap_under_load(clone: Clone, url: str, champion: str) -> dict[str, Any]:
    """Move the champion to and fro while chats stream, and look for replies broken or written by two versions."""
    store = clone.store()
    found: list[dict[str, Any]] = []
    over = threading.Event()

    def person(offset: int) -> None:
        number = offset
        while not over.is_set():
            found.append(stream(url, QUESTIONS[number % len(QUESTIONS)]))
            number += 1

    people = [threading.Thread(target=person, args=(offset,)) for offset in range(CHATS)]
    for one in people:
        one.start()
    for version in ("base", champion, "base", champion):
        store.versions.point("champion", version, "benchmark")
        deadline = time.monotonic() + 60
        while httpx.get(f"{url}/readyz").json()["version"] != version and time.monotonic() < deadline:
            time.sleep(0.2)
        time.sleep(3)
    over.set()
    for one in people:
        one.join()
    broken = sum(not reply["ended"] or not reply["text"] for reply in found)
    mixed = sum(len(reply["versions"]) != 1 for reply in found)
    versions = set().union(*(reply["versions"] for reply in found))
    return {"swaps": 4, "replies": len(found), "broken": broken, "by_two_versions": mixed, "versions": sorted(versions)}


def first_cycle(clone: Clone) -> dict[str, Any]:
    """Wait for the first fine-tune, which started by itself, and say how long it took."""
    store = clone.store()
    while not (runs := store.versions.runs()) or runs[0].status == "running":
        time.sleep(1)
    run = runs[0]
    if run.status != "finished" or run.finished_at is None:
        raise click.ClickException(f"the first fine-tune ended as {run.status}: {run.error}")
    seconds = (datetime.fromisoformat(run.finished_at) - datetime.fromisoformat(run.started_at)).total_seconds()
    version = store.versions.get(run.version or "")
    facts = json.loads(version.folder.facts.read_text())
    return {
        "minutes": round(seconds / 60, 2),
        "decision": version.gate["decision"],
        "version": version.name,
        "tokens_per_second": facts["tokens_per_second"],
        "train_tokens": facts["train_tokens"],
        "held_out_rows": _perplexities(exp(facts["base_validation_loss"]), exp(facts["best_validation_loss"])),
    }


def _perplexities(base: float, candidate: float) -> dict[str, float]:
    return {"base": round(base, 3), "candidate": round(candidate, 3), "ratio": round(candidate / base, 3)}


def measure(folder: Path) -> dict[str, Any]:
    """All numbers, in the order in which a newcomer meets them."""
    clone = Clone(folder / "clone", folder / "home")
    began = time.perf_counter()
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone.folder)], check=True)
    with serving(clone, "make", "run") as (url, _):
        first_words(url)
        fresh = time.perf_counter() - began
        cycle = first_cycle(clone)
    python = str(clone.folder / ".venv/bin/python")
    with serving(clone, python, "app.py", "--no-train") as (url, ready):
        page, token = first_words(url)
    with serving(clone, python, "app.py", "--no-train", CHATBOT_REPLIES="write") as (url, _):
        beside = beside_a_fine_tune(clone, url)
        swap = swap_under_load(clone, url, cycle["version"])
    base, candidate = (clone.training("evaluate", name) for name in ("base", cycle["version"]))
    return {
        "machine": describe_machine(),
        "fresh_clone_to_first_reply_minutes": round(fresh / 60, 2),
        "second_start_to_page_seconds": round(ready + page, 1),
        "second_start_to_first_token_seconds": round(ready + page + token, 1),
        "first_cycle": cycle,
        "chat_tokens_per_second": beside,
        "perplexity": {
            "held_out_rows": cycle.pop("held_out_rows"),
            "suites": _perplexities(base["perplexity"], candidate["perplexity"]),
        },
        "hot_swap": swap,
    }


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def main(as_json: bool) -> None:
    """Measure the loop."""
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder))
    if as_json:
        click.echo(json.dumps(result))
        return
    for name, value in result.items():
        click.echo(f"{name:40} {value if not isinstance(value, dict) else json.dumps(value)}")


if __name__ == "__main__":
    quieten()
    main()
