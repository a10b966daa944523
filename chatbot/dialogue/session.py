"""One turn: guard → route → retrieve → prompt → stream, checked → store.

Every reply is stored before its first word is shown and carries how it came about. Whoever iterates a turn may stop
at any time, by closing the iterator or with `stop`; the text so far is kept.
"""

import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from chatbot.dialogue.admission import Admission
from chatbot.dialogue.guard import clean_history, clean_message
from chatbot.dialogue.handoff import GAVE_UP, offers_person
from chatbot.dialogue.metrics import Metrics
from chatbot.dialogue.prompt import prompt_hash
from chatbot.dialogue.reply import Writing, end_reply, write_reply
from chatbot.dialogue.sources import used_passages
from chatbot.dialogue.truncation import Truncation
from chatbot.dialogue.turn import Turn, prepare_turn
from chatbot.engines.base import Engine, Generation
from chatbot.engines.live import LiveEngine
from chatbot.errors import InputError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Conversation, Message, Person, Sampling, Trace
from chatbot.settings import Settings
from chatbot.store import Store

SAVE_SECONDS = 0.5
LONGEST_CONVERSATION = 400
MOST_FAILURES = 3
Status = Literal["complete", "streaming", "stopped", "failed"]


@dataclass(frozen=True)
class Update:
    """A reply so far; `text` is all of it, not the latest piece, and its first `settled` characters are final."""

    conversation: str
    message: str
    text: str
    done: bool
    trace: Trace
    settled: int = 0


class Session:
    """Answers visitors: the one way in for pages, API and command line."""

    def __init__(self, settings: Settings, store: Store, pack: Pack, live: LiveEngine[Knowledge]) -> None:
        self.settings = settings
        self.store = store
        self.pack = pack
        self.live = live
        self.admission = Admission(settings.max_concurrent, settings.max_waiting)
        self.metrics = Metrics(live, self.admission, store.feedback.counts)
        self._running: dict[str, Writing] = {}

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting for anything to load."""
        return self.live.ready

    @property
    def settled(self) -> bool:
        """Whether it is ready and the whole pack is indexed."""
        if not self.ready:
            return False
        with self.live.lease() as (_, knowledge):
            return not knowledge.partial

    def say(self, person: Person, text: str, conversation_id: str | None = None) -> Generator[Update, None, None]:
        """Answer a new message at the head of a conversation; without one, in a new conversation."""
        text = clean_message(text, self.settings.max_message_chars)
        self.admission.check(person.id)
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

        Of the history, what is empty or too far back is left out and what is too long is shortened. `overrides`
        replaces fields of `Sampling` for this reply; it is never longer than the settings allow.
        """
        if not messages or messages[-1]["role"] != "user":
            raise InputError("the last message must be the user's")
        longest = self.settings.max_message_chars
        text = clean_message(messages[-1]["content"], longest)
        history = clean_history(messages[:-1], longest, LONGEST_CONVERSATION - 1)
        self.admission.check(person.id)
        with self.store.transaction():
            conversation = self.store.conversations.start(person, self.pack.name)
            parent = self.store.conversations.add_history(conversation, history)
            question = self.store.conversations.add_user_message(conversation, parent, text)
        return self._answer(person, conversation, question, overrides=overrides)

    def regenerate(self, person: Person, reply_id: str) -> Generator[Update, None, None]:
        """Answer the same question again, as a sibling of the first reply."""
        reply, conversation = self._owned(person, reply_id, "assistant")
        return self._answer(person, conversation, self.store.conversations.message(reply.parent or ""), again=True)

    def edit(self, person: Person, message_id: str, text: str) -> Generator[Update, None, None]:
        """Ask differently: a sibling of the visitor's message, answered."""
        text = clean_message(text, self.settings.max_message_chars)
        self.admission.check(person.id)
        message, conversation = self._owned(person, message_id, "user")
        question = self.store.conversations.add_user_message(conversation, message.parent, text)
        return self._answer(person, conversation, question)

    def stop(self, reply_id: str) -> None:
        """Stop a reply that is being written; one that is finished stays as it is."""
        writing = self._running.get(reply_id)
        if writing is not None:
            writing.stop()

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
        with self.admission.place(person.id) as waited:
            yield from self._generate(person, conversation, question, overrides or {}, again, waited)

    def _generate(
        self,
        person: Person,
        conversation: Conversation,
        question: Message,
        overrides: Mapping[str, Any],
        again: bool,
        waited: float,
    ) -> Generator[Update, None, None]:
        started, sampling = time.perf_counter(), self.sampling(again, overrides)
        with self.live.lease(conversation.id) as (engine, knowledge):
            if sampling.schema and not engine.structured:
                raise InputError(
                    "this installation writes free text only: leave response_format out, or have the operator set "
                    "`engine` to openvino or remote"
                )
            knowledge.set_answers(self.store.feedback.answers())
            history, traces = self.history(question), self._traces(question)
            turn = prepare_turn(self.settings, self.pack, knowledge, engine, history, question.content, traces)
            trace = Trace(
                version=engine.version,
                prompt_hash=prompt_hash(turn.prompt) if turn.prompt else "",
                sampling=sampling.as_dict() if turn.prompt else {},
                passages=[passage.as_found() for passage in turn.passages],
                uncertain=turn.uncertain,
                handoff=turn.handoff,
                act=turn.act,
                rule=turn.rule,
                prompt_tokens=engine.count_tokens(turn.prompt or [ChatMessage(role="user", content=question.content)]),
                queued_ms=round(waited * 1000, 1),
                prepared_ms=round((time.perf_counter() - started) * 1000, 1),
            )
            reply = self.store.conversations.begin_reply(conversation, question.id, trace)
            if turn.handoff:
                self.store.conversations.hand_off(conversation, person.actor, turn.handoff)
            if (again and turn.act == "answer") or sampling.schema:
                turn = replace(turn, quote="")
            writing = self._running[reply.id] = Writing(truncation=Truncation.of(overrides))
            try:
                for update in self._stream(engine, turn, sampling, reply, writing, trace, started):
                    if update.done and update.trace.handoff == GAVE_UP:
                        self.store.conversations.hand_off(conversation, person.actor, GAVE_UP)
                    yield update
            finally:
                self._running.pop(reply.id, None)

    def _stream(
        self,
        engine: Engine,
        turn: Turn,
        sampling: Sampling,
        reply: Message,
        writing: Writing,
        trace: Trace,
        started: float,
    ) -> Generator[Update, None, None]:
        save = self._save
        first, saved = None, time.perf_counter()
        try:
            yield Update(reply.conversation, reply.id, "", False, trace)
            settings = self.settings
            for _ in write_reply(engine, turn, sampling, writing, settings.check, settings.best_of):
                first = first or (time.perf_counter() if writing.text else None)
                trace = _timed(trace, writing.generation, started, first)
                if time.perf_counter() - saved > SAVE_SECONDS:
                    save(reply.id, writing.text, "streaming", trace)
                    saved = time.perf_counter()
                yield Update(reply.conversation, reply.id, writing.text, False, trace, writing.settled)
        except GeneratorExit:
            writing.stop()
            save(reply.id, writing.text.strip(), "stopped", trace)
            raise
        except BaseException:
            writing.stop()
            save(reply.id, writing.text.strip(), "failed", trace)
            raise
        sources = used_passages(writing.text, turn.passages) if turn.act == "answer" and not writing.abstained else ()
        shown = [passage.as_found(passage.id in sources) for passage in turn.passages]
        offered = offers_person(self.pack, writing.text)
        trace = replace(trace, check=writing.outcome, refused=writing.failed or [], passages=shown, offered=offered)
        if writing.abstained and not writing.stopped:
            trace = replace(trace, act="abstain", uncertain=True)
            if self._failures(reply) >= MOST_FAILURES:
                trace = replace(trace, handoff=GAVE_UP)
                writing.text = f"{writing.text}\n\n{self.pack.persona.handoff.message}"
        trace = end_reply(engine, writing, trace)
        save(reply.id, writing.text, "stopped" if writing.stopped else "complete", trace)
        yield Update(reply.conversation, reply.id, writing.text, True, trace, len(writing.text))

    def _traces(self, question: Message) -> list[Trace]:
        """How the replies before a message came about, if all of that was stored with them."""
        replies = [m for m in self.store.conversations.path(question.parent) if m.role == "assistant"]
        traces = [reply.trace for reply in replies if reply.trace]
        return traces if len(traces) == len(replies) else []

    def _failures(self, reply: Message) -> int:
        """How many replies in a row, this one included, did not know."""
        before = [m for m in self.store.conversations.path(reply.parent) if m.role == "assistant"]
        count = 1
        for message in reversed(before):
            unknown = message.content.startswith(self.pack.persona.unknown)  # a client's history carries no traces
            if not (message.trace.act == "abstain" if message.trace else unknown):
                break
            count += 1
        return count

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


def _timed(trace: Trace, generation: Generation | None, started: float, first: float | None) -> Trace:
    if first is None:
        return trace
    trace = replace(trace, first_token_ms=trace.first_token_ms or round((first - started) * 1000, 1))
    if generation is None:
        return trace
    usage = generation.usage
    spent = time.perf_counter() - first
    speed = round((usage.completion_tokens - 1) / spent, 1) if spent > 0 and usage.completion_tokens > 1 else None
    return replace(
        trace,
        tokens_per_second=speed,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        finish=usage.finish,
    )
