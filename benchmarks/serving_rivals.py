"""The engine alone against llama.cpp's server and against transformers' `generate`: same weights' file and prompts.

Each measure takes the layout of llama.cpp's server that does best in a short trial (of a few chats: a base of a
billion parameters reads sixteen prompts for minutes). transformers computes with the
base model unpacked to float32, which has the version's shape.
"""

import os
import time
from collections.abc import Callable, Sequence
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.alternating import Measure, Wanted, alternate, compare
from benchmarks.llama_server import Layout, LlamaServer, llama_server
from benchmarks.serving_engine import UnendingEngine, first_token, measured_engine, throughput, write, writing_speed
from benchmarks.serving_prompts import AT_ONCE, Draft, Served, long_prompt, second_turn
from chatbot.records import ChatMessage

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
THREADS = sorted({CORES, max(1, CORES - 1)}, reverse=True)
TRIAL_TOKENS = 24
LONG_PROMPT = 1500
GROUNDED = 6
COPIED = 0.6
TALKS = 6
FOLLOW_UP = "Thank you. Could you say that once more?"
SLOW_TOKENS = 64
ONE_AT_A_TIME = 2
TRIAL = -1
TRIAL_CHATS = 4
THINKING_SECONDS = 0.5

Theirs = Callable[[LlamaServer, int], float]


def drafts_for_llama(rounds: int) -> int:
    """How many drafts `against_llama` needs."""
    return (rounds + 1) * 2 * AT_ONCE


def against_llama(served: Served, drafts: Sequence[Draft], rounds: int, tokens: int) -> list[Measure]:
    """All measures against llama.cpp; replies of the throughput measures have `tokens` tokens each."""
    grounded = sorted(drafts, key=lambda one: (one.copied >= COPIED, one.tokens), reverse=True)[:GROUNDED]
    measures = []
    with measured_engine(served) as engine:
        for at_once, wanted in ((16, 2.5), (8, 1.8)):
            measures.append(_many(served, engine, drafts, at_once, rounds, tokens, Wanted(">=", wanted)))
        measures.append(_grounded(served, engine, grounded, rounds))
        measures.append(_reading(served, engine, rounds))
        measures.append(_second_turn(served, engine, drafts, rounds))
    return measures


def _best(served: Served, layouts: Sequence[Layout], theirs: Theirs, least: bool = False) -> Layout:
    """The layout with the best figure in a trial (round -1)."""
    found = {}
    for layout in layouts:
        with llama_server(served.gguf, layout, served.sampling()) as server:
            found[layout] = theirs(server, TRIAL)
    return (min if least else max)(found, key=lambda layout: found[layout])


def _measured(
    served: Served, layout: Layout, rounds: int, ours: Callable[[int], float], theirs: Theirs
) -> list[tuple[float, float]]:
    with llama_server(served.gguf, layout, served.sampling()) as server:
        ours(TRIAL)
        theirs(server, TRIAL)
        return alternate(rounds, ours, lambda number: theirs(server, number))


def _many(
    served: Served,
    engine: UnendingEngine,
    drafts: Sequence[Draft],
    at_once: int,
    rounds: int,
    tokens: int,
    wanted: Wanted,
) -> Measure:
    """Several chats at once, each with a prompt that neither side has read."""
    offset = 0 if at_once == AT_ONCE else (rounds + 1) * AT_ONCE

    def prompts(number: int) -> list[list[ChatMessage]]:
        start = offset + (number + 1) * at_once
        return [one.prompt for one in drafts[start : start + (at_once if number >= 0 else TRIAL_CHATS)]]

    def ours(number: int) -> float:
        sampling = served.sampling(tokens if number >= 0 else TRIAL_TOKENS)
        engine.unending = True
        try:
            return throughput(lambda prompt: write(engine, prompt, sampling), prompts(number), at_once)
        finally:
            engine.unending = False

    def theirs(server: LlamaServer, number: int) -> float:
        length = tokens if number >= 0 else TRIAL_TOKENS
        asked = [served.base.encode(prompt) for prompt in prompts(number)]
        return throughput(lambda ids: server.complete(ids, length, endless=True).tokens, asked, at_once)

    layouts = [Layout(at_once, threads) for threads in THREADS]
    layouts += [Layout(at_once, CORES, shared=True), Layout(at_once, CORES, 128), Layout(at_once, CORES, 2048)]
    layout = _best(served, layouts, theirs)
    found = _measured(served, layout, rounds, ours, theirs)
    return compare(f"{at_once} chats at once", "tokens/s", found, wanted, str(layout))


def _grounded(served: Served, engine: UnendingEngine, drafts: Sequence[Draft], rounds: int) -> Measure:
    """One chat whose reply copies its passages, once the prompt is read."""

    def ours(number: int) -> float:
        return median(writing_speed(engine, one.prompt, served.sampling()) for one in drafts)

    def theirs(server: LlamaServer, number: int) -> float:
        speeds = []
        for one in drafts:
            reply = server.complete(served.base.encode(one.prompt), served.settings.max_new_tokens)
            speeds.append((reply.tokens - reply.first_tokens) / max(reply.whole - reply.first, 1e-6))
        return median(speeds)

    layouts = [Layout(1, threads, guess=guess) for threads in THREADS for guess in (False, True)]
    layout = _best(served, layouts, theirs)
    share = median(one.copied for one in drafts)
    found = _measured(served, layout, rounds, ours, theirs)
    note = f"{share:.0%} of the words are copied; {layout}"
    return compare("one chat with a grounded reply", "tokens/s", found, Wanted(">=", 1.0), note)


def _reading(served: Served, engine: UnendingEngine, rounds: int) -> Measure:
    """A long prompt that nobody has read, to its first token."""

    def prompt(number: int) -> list[ChatMessage]:
        return long_prompt(served, engine, min(LONG_PROMPT, served.settings.context_tokens - 300), number)

    def ours(number: int) -> float:
        asked = prompt(number)
        return engine.count_tokens(asked) / first_token(engine, asked, served.sampling())

    def theirs(server: LlamaServer, number: int) -> float:
        ids = served.base.encode(prompt(number))
        return len(ids) / server.complete(ids, 1).first

    layouts = [Layout(1, threads, batch) for threads in THREADS for batch in (128, 512, 2048)]
    layout = _best(served, layouts, theirs)
    found = _measured(served, layout, rounds, ours, theirs)
    return compare("prompt reading", "tokens/s", found, Wanted(">=", 2.5), str(layout))


def _second_turn(served: Served, engine: UnendingEngine, drafts: Sequence[Draft], rounds: int) -> Measure:
    """Milliseconds to the first token of a second turn, half a second after the first."""

    def talks(number: int) -> list[Draft]:
        return list(drafts[(number + 1) * TALKS : (number + 2) * TALKS])

    def ours(number: int) -> float:
        times = []
        for one in talks(number):
            write(engine, one.prompt, served.sampling())
            time.sleep(THINKING_SECONDS)
            times.append(first_token(engine, second_turn(one, FOLLOW_UP), served.sampling()))
        return median(times) * 1000

    def theirs(server: LlamaServer, number: int) -> float:
        times = []
        for one in talks(number):
            server.complete(served.base.encode(one.prompt), served.settings.max_new_tokens)
            time.sleep(THINKING_SECONDS)
            times.append(server.complete(served.base.encode(second_turn(one, FOLLOW_UP)), 1).first)
        return median(times) * 1000

    layout = _best(served, [Layout(slots, threads) for threads in THREADS for slots in (1, 4)], theirs, least=True)
    found = _measured(served, layout, rounds, ours, theirs)
    return compare("first token of a second turn", "ms", found, Wanted("<=", 0.7), str(layout))


def against_transformers(served: Served, drafts: Sequence[Draft], rounds: int) -> list[Measure]:
    """16 at once against `generate` with one prompt at a time and with a batch of 16, a few tokens each."""
    model = served.base.load()
    one_by_one: list[tuple[float, float]] = []
    in_a_batch: list[tuple[float, float]] = []
    with measured_engine(served) as engine:
        engine.unending = True
        for number in range(rounds + 1):
            prompts = [one.prompt for one in drafts[number * AT_ONCE : (number + 1) * AT_ONCE]]
            sampling = served.sampling(SLOW_TOKENS)
            ours = throughput(lambda prompt: write(engine, prompt, sampling), prompts)  # noqa: B023
            single = throughput(lambda prompt: _generate(served, model, [prompt]), prompts[:ONE_AT_A_TIME], 1)
            batch = throughput(lambda batch: _generate(served, model, batch), [prompts], 1)
            if number:  # the first is for warming
                one_by_one.append((ours, single))
                in_a_batch.append((ours, batch))
    note = f"float32, {SLOW_TOKENS} tokens a reply"
    return [
        compare("16 at once over transformers, one at a time", "tokens/s", one_by_one, Wanted(">=", 20), note),
        compare("16 at once over transformers, batch of 16", "tokens/s", in_a_batch, Wanted(">=", 4), note),
    ]


def _generate(served: Served, model: "PreTrainedModel", prompts: Sequence[Sequence[ChatMessage]]) -> int:
    """Write `SLOW_TOKENS` tokens to each prompt, padded on the left; returns all tokens written."""
    import torch
    from transformers import GenerationConfig

    read = [served.base.encode(prompt) for prompt in prompts]
    widest = max(map(len, read))
    end = served.base.tokenizer.eos_token_id
    ids = torch.tensor([[end] * (widest - len(one)) + one for one in read])
    mask = torch.tensor([[0] * (widest - len(one)) + [1] * len(one) for one in read])
    config = GenerationConfig(
        max_new_tokens=SLOW_TOKENS,
        min_new_tokens=SLOW_TOKENS,
        do_sample=False,
        repetition_penalty=served.settings.repetition_penalty,
        eos_token_id=end,
        pad_token_id=end,
    )
    with torch.inference_mode():
        written = model.generate(ids, attention_mask=mask, generation_config=config)
    return int((written.shape[1] - widest) * len(read))
