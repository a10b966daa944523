"""The prompt: what the model is shown for one turn. Training and serving both build it here, so they look alike.

The system text stands first and never changes, so that an engine's prefix cache hits. Facts stand in the last user
message only. What does not fit is dropped as whole turns, the oldest first.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatbot.dialogue.guard import defuse_markup
from chatbot.errors import InputError
from chatbot.records import ChatMessage, Passage

FACTS, QUESTION, ABOUT, MEANT = "Facts:", "\n\nQuestion: ", "\nAbout me: ", "\nIn other words: "

CountTokens = Callable[[Sequence[ChatMessage]], int]


def build_prompt(
    system: str,
    history: Sequence[ChatMessage],
    question: str,
    passages: Sequence[Passage],
    meant: str = "",
    about: str = "",
) -> list[ChatMessage]:
    """The messages for one turn: system text, earlier turns as they were said, then the facts with the question.

    `meant` is the question worded to stand alone, `about` what is remembered of whoever asks.
    """
    turn: ChatMessage = {"role": "user", "content": render_question(question, passages, meant, about)}
    return [{"role": "system", "content": system}, *history, turn]


def render_question(question: str, passages: Sequence[Passage], meant: str = "", about: str = "") -> str:
    """The user's message with the facts above it, and below what it means and who asks; without facts, it and that."""
    asked = question + (f"{ABOUT}{about}" if about else "")
    if not passages:
        return asked
    facts = "\n".join(f"- {render_fact(passage)}" for passage in passages)
    return f"{FACTS}\n{facts}{QUESTION}{asked}" + (f"{MEANT}{meant}" if meant else "")


def question_in(message: str) -> str:
    """The question of a user's message as `render_question` writes it."""
    question = message.partition(QUESTION)[2] if message.startswith(FACTS) else message
    question = question.rpartition(MEANT)[0] or question
    return question.rpartition(ABOUT)[0] or question


def render_fact(passage: Passage) -> str:
    """One passage on one line; whoever wrote it, marks of chat templates are broken up."""
    text = " ".join(passage.text.split())
    asked = " ".join(passage.query.split())
    return defuse_markup(f"Asked “{asked}”, we answer: {text}" if asked else f"{passage.title}: {text}")


class Fitted(NamedTuple):
    """A prompt that fits, the passages it holds, and its length in tokens."""

    messages: list[ChatMessage]
    passages: list[Passage]
    tokens: int


def fit_prompt(
    system: str,
    history: Sequence[ChatMessage],
    question: str,
    passages: Sequence[Passage],
    count: CountTokens,
    budget: int,
    meant: str = "",
    about: str = "",
) -> Fitted:
    """The longest prompt of at most `budget` tokens, and the passages it holds.

    Drops the oldest exchanges first (a user message with its reply), then the weakest passages. Raises `InputError`
    when the question alone does not fit.
    """
    turns = _exchanges(history)
    kept = list(passages)
    sizes = [count([*exchange]) for exchange in turns]
    while True:
        prompt = build_prompt(system, [message for turn in turns for message in turn], question, kept, meant, about)
        tokens = count(prompt)
        excess = tokens - budget
        if excess <= 0:
            return Fitted(prompt, kept, tokens)
        if turns:
            dropped = 0
            while turns and dropped < excess:
                dropped += sizes.pop(0)
                turns.pop(0)
        elif kept:
            kept.pop()
        else:
            raise InputError(f"the message is {excess:,} tokens too long for this model: send a shorter one")


def _exchanges(history: Sequence[ChatMessage]) -> list[list[ChatMessage]]:
    turns: list[list[ChatMessage]] = []
    for message in history:
        if message["role"] == "user" or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def prompt_hash(messages: Sequence[ChatMessage]) -> str:
    """A short digest of a prompt, stored with the reply it led to."""
    return hashlib.sha256(json.dumps(list(messages), ensure_ascii=False).encode()).hexdigest()[:16]
