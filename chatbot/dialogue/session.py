"""One turn: guard → retrieve → prompt → stream → store.

Every reply is stored before its first word is shown and carries how it came about. Whoever iterates a turn may stop
at any time, by closing the iterator or with `stop`; the text so far is kept.
"""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from chatbot.dialogue.guard import clean_message
from chatbot.dialogue.metrics import Metrics
from chatbot.dialogue.prompt import prompt_hash
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.base import Engine, Generation
from chatbot.engines.live import LiveEngine
from chatbot.errors import BusyError, InputError
from chatbot.knowledge.index import KnowledgeIndex
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Conversation, Message, Person, Sampling, Trace
from chatbot.settings import Settings
from chatbot.store import Store

SAVE_SECONDS = 0.5
LONGEST_CONVERSATION = 400
Status = Literal["complete", "streaming", "stopped", "failed"]


@dataclass(frozen=True)
class Update:
    """A reply so far; `text` is all of it, not the latest piece."""

    conversation: str
    message: str
    text: str
    done: bool
    trace: Trace


class Session:
    """Answers visitors: the one way in for pages, API and command line."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        pack: Pack,
        index: "KnowledgeIndex | Future[KnowledgeIndex]",
        live: LiveEngine,
    ) -> None:
        self.settings = settings
        self.store = store
        self.pack = pack
        self._index = index
        self.live = live
        self.metrics = Metrics(lambda: live.swaps, store.feedback.counts)
        self._running: dict[str, Generation | None] = {}

    @property
    def index(self) -> KnowledgeIndex:
        """The index, once it is loaded."""
        return self._index.result() if isinstance(self._index, Future) else self._index

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting for anything to load."""
        return self.live.ready and not (isinstance(self._index, Future) and not self._index.done())

    def say(self, person: Person, text: str, conversation_id: str | None = None) -> Generator[Update, None, None]:
        """Answer a new message at the head of a conversation; without one, in a new conversation."""
        text = clean_message(text, self.settings.max_message_chars)
        conversations = self.store.conversations
        if conversation_id is None:
            conversation = conversations.start(person, self.pack.name)
        else:
            conversation = conversations.get(conversation_id, person)
        parent = conversation.head
        if parent and conversations.message(parent).role == "user":
            parent = conversations.message(parent).parent
        if len(conversations.path(parent)) >= LONGEST_CONVERSATION:
            raise InputError(f"this conversation has {LONGEST_CONVERSATION} messages: please start a new chat")
        question = conversations.add_user_message(conversation, parent, text)
        return self._answer(person, conversation, question)

    def answer_messages(
        self, person: Person, messages: Sequence[ChatMessage], overrides: Mapping[str, Any] | None = None
    ) -> Generator[Update, None, None]:
        """Answer the last of a client's messages, in a new conversation whose history is those before it.

        `overrides` replaces fields of `Sampling` for this reply; it is never longer than the settings allow.
        """
        if not messages or messages[-1]["role"] != "user":
            raise InputError("the last message must be the user's")
        if len(messages) > LONGEST_CONVERSATION:
            raise InputError(f"{len(messages)} messages are too many: send the latest {LONGEST_CONVERSATION} at most")
        longest = self.settings.max_message_chars
        cleaned = [ChatMessage(role=m["role"], content=clean_message(m["content"], longest)) for m in messages]
        conversation = self.store.conversations.start(person, self.pack.name)
        parent = self.store.conversations.add_history(conversation, cleaned[:-1])
        question = self.store.conversations.add_user_message(conversation, parent, cleaned[-1]["content"])
        return self._answer(person, conversation, question, overrides=overrides)

    def regenerate(self, person: Person, reply_id: str) -> Generator[Update, None, None]:
        """Answer the same question again, as a sibling of the first reply."""
        reply, conversation = self._owned(person, reply_id, "assistant")
        return self._answer(person, conversation, self.store.conversations.message(reply.parent or ""), again=True)

    def edit(self, person: Person, message_id: str, text: str) -> Generator[Update, None, None]:
        """Ask differently: a sibling of the visitor's message, answered."""
        text = clean_message(text, self.settings.max_message_chars)
        message, conversation = self._owned(person, message_id, "user")
        question = self.store.conversations.add_user_message(conversation, message.parent, text)
        return self._answer(person, conversation, question)

    def stop(self, reply_id: str) -> None:
        """Stop a reply that is being written; one that is finished stays as it is."""
        generation = self._running.get(reply_id)
        if generation is not None:
            generation.cancel()

    def _owned(self, person: Person, message_id: str, role: str) -> tuple[Message, Conversation]:
        message = self.store.conversations.message(message_id)
        conversation = self.store.conversations.get(message.conversation, person)
        if message.role != role:
            raise InputError(f"message {message_id!r} is not one of the {role}'s")
        return message, conversation

    def _answer(
        self,
        person: Person,
        conversation: Conversation,
        question: Message,
        again: bool = False,
        overrides: Mapping[str, Any] | None = None,
    ) -> Generator[Update, None, None]:
        if len(self._running) >= self.settings.max_concurrent * 4:
            raise BusyError("too many people are being answered at this moment: please try again in a few seconds")
        return self._generate(person, conversation, question, self.sampling(again, overrides or {}))

    def _generate(
        self, person: Person, conversation: Conversation, question: Message, sampling: Sampling
    ) -> Generator[Update, None, None]:
        started = time.perf_counter()
        with self.live.lease() as engine:
            history = self.history(question)
            turn = prepare_turn(self.settings, self.pack, self.index, engine.count_tokens, history, question.content)
            if turn.handoff:
                yield self._hand_off(person, conversation, question, turn, engine.version)
                return
            trace = Trace(
                version=engine.version,
                prompt_hash=prompt_hash(turn.prompt),
                sampling=sampling.as_dict(),
                passages=[asdict(passage) for passage in turn.passages],
                uncertain=turn.uncertain,
            )
            reply = self.store.conversations.begin_reply(conversation, question.id, trace)
            self._running[reply.id] = None
            try:
                yield from self._stream(engine, turn.prompt, sampling, reply, trace, started)
            finally:
                self._running.pop(reply.id, None)

    def _hand_off(
        self, person: Person, conversation: Conversation, question: Message, turn: Turn, version: str
    ) -> Update:
        trace = Trace(version=version, handoff=turn.handoff)
        reply = self.store.conversations.begin_reply(conversation, question.id, trace)
        self.store.conversations.update_reply(reply.id, turn.reply, "complete", trace)
        self.store.conversations.hand_off(conversation, person.actor, turn.handoff or "")
        self.metrics.replied(trace, "complete")
        return Update(conversation.id, reply.id, turn.reply, True, trace)

    def _stream(
        self,
        engine: Engine,
        prompt: list[ChatMessage],
        sampling: Sampling,
        reply: Message,
        trace: Trace,
        started: float,
    ) -> Generator[Update, None, None]:
        save = self._save
        try:
            generation = engine.generate(prompt, sampling)
        except BaseException:
            save(reply.id, "", "failed", trace)
            raise
        stopped = _Cancellable(generation)
        self._running[reply.id] = stopped
        text, first, saved = "", None, time.perf_counter()
        try:
            yield Update(reply.conversation, reply.id, "", False, trace)
            for piece in generation:
                first = first or time.perf_counter()
                text += piece
                trace = _timed(trace, generation, started, first)
                if time.perf_counter() - saved > SAVE_SECONDS:
                    save(reply.id, text, "streaming", trace)
                    saved = time.perf_counter()
                yield Update(reply.conversation, reply.id, text, False, trace)
        except GeneratorExit:
            generation.cancel()
            save(reply.id, text.strip(), "stopped", trace)
            raise
        except BaseException:
            generation.cancel()
            save(reply.id, text.strip(), "failed", trace)
            raise
        text = text.strip()
        save(reply.id, text, "stopped" if stopped.cancelled else "complete", trace)
        yield Update(reply.conversation, reply.id, text, True, trace)

    def _save(self, reply_id: str, text: str, status: Status, trace: Trace) -> None:
        self.store.conversations.update_reply(reply_id, text, status, trace)
        if status != "streaming":
            self.metrics.replied(trace, status)

    def history(self, question: Message) -> list[ChatMessage]:
        """What was said before a message, as complete exchanges."""
        messages: list[ChatMessage] = []
        for message in self.store.conversations.path(question.parent):
            if message.content:
                messages.append({"role": message.role, "content": message.content})
            elif messages:
                messages.pop()
        return messages

    def sampling(self, again: bool = False, overrides: Mapping[str, Any] | None = None) -> Sampling:
        """The installation's sampling; a regeneration draws anew, so that it can differ."""
        settings = self.settings
        usual = Sampling(
            max_new_tokens=settings.max_new_tokens,
            temperature=max(settings.temperature, 0.7) if again else settings.temperature,
            top_p=settings.top_p,
            repetition_penalty=settings.repetition_penalty,
            seed=time.time_ns() % 2**31 if again else 0,
        )
        asked = replace(usual, **(overrides or {}))
        return replace(asked, max_new_tokens=min(asked.max_new_tokens, usual.max_new_tokens))


class _Cancellable:
    """A generation that remembers whether somebody stopped it."""

    def __init__(self, generation: Generation) -> None:
        self._generation = generation
        self.usage = generation.usage
        self.cancelled = False

    def __iter__(self) -> Iterator[str]:
        return iter(self._generation)

    def cancel(self) -> None:
        self.cancelled = True
        self._generation.cancel()


def _timed(trace: Trace, generation: Generation, started: float, first: float) -> Trace:
    usage = generation.usage
    spent = time.perf_counter() - first
    speed = round((usage.completion_tokens - 1) / spent, 1) if spent > 0 and usage.completion_tokens > 1 else None
    return replace(
        trace,
        first_token_ms=round((first - started) * 1000, 1),
        tokens_per_second=speed,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
    )
