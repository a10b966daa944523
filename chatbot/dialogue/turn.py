"""What happens between a question and the model: a person is wanted, or facts are looked up and the prompt is fitted.

Shared by the session that serves and by the evaluation that judges, so that a suite measures the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.handoff import ASKED, wants_person
from chatbot.dialogue.prompt import CountTokens, fit_prompt
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Passage
from chatbot.settings import Settings

UNCERTAIN_BELOW = 0.45


@dataclass(frozen=True)
class Turn:
    """A prepared turn: either a ready `reply` with the reason for the handoff, or a prompt for the model."""

    prompt: list[ChatMessage] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    reply: str = ""
    handoff: str | None = None

    @property
    def uncertain(self) -> bool:
        """Whether nothing near the question was found."""
        return not self.handoff and (not self.passages or self.passages[0].score < UNCERTAIN_BELOW)


def prepare_turn(
    settings: Settings,
    pack: Pack,
    index: KnowledgeIndex,
    count_tokens: CountTokens,
    history: Sequence[ChatMessage],
    question: str,
) -> Turn:
    """Decide what the model is asked; raises `InputError` when the question does not fit the context."""
    if wants_person(question, pack.persona.handoff.phrases):
        return Turn(reply=pack.persona.handoff.message, handoff=ASKED)
    history = [{"role": m["role"], "content": defuse_markup(m["content"])} for m in history]
    passages = retrieve(index, history, question, settings.passages, settings.min_score)
    budget = settings.context_tokens - settings.max_new_tokens
    system = pack.persona.system
    prompt, kept = fit_prompt(system, history, defuse_markup(question), passages, count_tokens, budget)
    return Turn(prompt, kept)


def retrieve(
    index: KnowledgeIndex, history: Sequence[ChatMessage], question: str, limit: int, min_score: float
) -> list[Passage]:
    """The passages for a question, asked alone and together with the user's message before it."""
    before = [message["content"] for message in history if message["role"] == "user"][-1:]
    queries = [question, *(f"{earlier}\n{question}" for earlier in before)]
    return index.search(queries, limit, min_score)
