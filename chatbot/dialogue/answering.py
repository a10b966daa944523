"""Answering one question: admitted, prepared, written and checked, stored as it grows.

Every reply is stored before its first word is shown and carries how it came about. Whoever follows it may stop at any
time; the text so far is kept. While a person holds the conversation there is no reply: none begins, and one that is
being written ends where it is.
"""

import time
from collections.abc import Generator
from dataclasses import dataclass, replace

from chatbot.dialogue.admission import Admission
from chatbot.dialogue.attached import looks_at, pictures, unseen
from chatbot.dialogue.branch import exchanges, failures_in_a_row, traces
from chatbot.dialogue.handoff import GAVE_UP, address_in, kept_reply, offers_person, said_now
from chatbot.dialogue.metrics import Metrics
from chatbot.dialogue.prompt import prompt_hash
from chatbot.dialogue.remembering import Known, hear, known_of
from chatbot.dialogue.reply import Draft, Writing
from chatbot.dialogue.running import RunningReply, Stopper, Update
from chatbot.dialogue.sources import used_passages
from chatbot.dialogue.titles import title_from_talk
from chatbot.dialogue.truncation import Truncation, token_count
from chatbot.dialogue.turn import Turn, prepare_turn, ruled
from chatbot.engines.base import Engine
from chatbot.engines.live import LiveEngine
from chatbot.errors import InputError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import (
    ChatMessage,
    Conversation,
    FoundPassage,
    Message,
    Outcome,
    Person,
    ReplyStatus,
    Sampling,
    Trace,
)
from chatbot.settings import Settings
from chatbot.store import Store

SAVE_SECONDS = 0.5
MOST_FAILURES = 3
OWN_WORDS: tuple[Outcome, ...] = ("passed", "shortened", "rewritten", "off")  # of replies in the model's words


@dataclass(frozen=True)
class Installation:
    """What answers: a pack on the engine of a version, with the store and the places for those who ask."""

    settings: Settings
    store: Store
    pack: Pack
    live: LiveEngine[Knowledge]
    admission: Admission
    metrics: Metrics


@dataclass(frozen=True)
class Question:
    """A stored message to answer; `again` where it was answered before.

    `head` was the last message of the branch on view when the answer was asked for.
    """

    person: Person
    conversation: Conversation
    message: Message
    sampling: Sampling
    truncation: Truncation
    head: str
    again: bool = False


def answer(installation: Installation, question: Question) -> RunningReply:
    """The reply to a question, which is written as it is iterated."""
    stopper = Stopper()
    return RunningReply(_Answering(installation, question, stopper).updates(), stopper, question.conversation.id)


@dataclass(frozen=True)
class _Answering:
    """The way of one reply."""

    installation: Installation
    question: Question
    stopper: Stopper

    def updates(self) -> Generator[Update, None, None]:
        """Take the reply to its end."""
        if self._held():
            yield self._silent()
            return
        with self.installation.admission.place(self.question.person.id) as waited:
            started = time.perf_counter()
            with self.installation.live.lease(self.question.conversation.id) as (engine, knowledge):
                yield from self._answered(engine, knowledge, waited, started)

    def _answered(
        self, engine: Engine, knowledge: Knowledge, waited: float, started: float
    ) -> Generator[Update, None, None]:
        installation, question, sampling = self.installation, self.question, self.question.sampling
        if sampling.schema and not engine.structured:
            raise InputError(
                "this installation writes free text only: leave response_format out, or have the operator set "
                "`engine` to openvino or remote"
            )
        turn = self._kept_address() or self._prepared(engine, knowledge)
        trace = replace(
            _first_trace(engine, question, turn),
            queued_ms=round(waited * 1000, 1),
            prepared_ms=round((time.perf_counter() - started) * 1000, 1),
        )
        with installation.store.transaction():
            reply = None if self._held() or self._overtaken() else self._begun(turn, trace)
        if reply is None:
            yield self._silent()
            return
        if (question.again and turn.act == "answer") or sampling.schema:
            turn = replace(turn, quote="")
        writing = Writing(engine, turn, sampling, installation.settings.check, installation.settings.best_of)
        self.stopper.begin(writing)
        try:
            yield from self._written(engine, writing, turn, reply, trace, started)
        finally:
            self.stopper.end()

    def _begun(self, turn: Turn, trace: Trace) -> Message:
        question, conversations = self.question, self.installation.store.conversations
        if question.message.held:
            conversations.mark_held(question.message.id, False)
        reply = conversations.begin_reply(question.conversation, question.message.id, trace)
        if turn.handoff:
            self._hand_off(turn.handoff)
        return reply

    def _held(self) -> bool:
        return self.installation.store.cases.held(self.question.conversation.id)

    def _overtaken(self) -> bool:
        """Whether a person wrote meanwhile, or was written to, and handed back: a reply now would hide that."""
        asked, conversations = self.question, self.installation.store.conversations
        last = conversations.message(conversations.get(asked.conversation.id).head or asked.head)
        return last.id != asked.head and (last.role == "agent" or last.held)

    def _silent(self) -> Update:
        """All that is told of a message that a person replies to."""
        message = self.question.message
        if not message.held:
            self.installation.store.conversations.mark_held(message.id, True)
        return Update(message.conversation, message.id, "", True, Trace(self.installation.live.version, act="held"))

    def _written(
        self, engine: Engine, writing: Writing, turn: Turn, reply: Message, trace: Trace, started: float
    ) -> Generator[Update, None, None]:
        draft = Draft()
        try:
            yield Update(reply.conversation, reply.id, "", False, trace)
            first, saved = None, time.perf_counter()
            for draft in writing:
                first = first or (time.perf_counter() if draft.text else None)
                trace = _timed(trace, draft, started, first)
                if time.perf_counter() - saved > SAVE_SECONDS:
                    self._save(reply, draft.text, "streaming", trace)
                    saved = time.perf_counter()
                    if self._held():
                        writing.stop()
                yield Update(reply.conversation, reply.id, draft.text, False, trace, draft.settled)
        except BaseException as error:
            writing.stop()
            status: ReplyStatus = "stopped" if isinstance(error, GeneratorExit) else "failed"
            self._save(reply, writing.on_view.strip(), status, trace)
            raise
        yield self._ended(engine, turn, reply, draft, trace, writing.stopped)

    def _prepared(self, engine: Engine, knowledge: Knowledge) -> Turn:
        installation, message = self.installation, self.question.message
        knowledge.set_answers(installation.store.feedback.answers())
        before = installation.store.conversations.path(message.parent)
        settings, pack, history = installation.settings, installation.pack, exchanges(before)
        sent = installation.store.uploads.sent_with(message.id)
        if sent and not looks_at(settings, sent):
            waits = installation.store.cases.get(message.conversation).status != "open"
            turn = ruled(unseen(pack, knowledge, history, message.content, settings.passages, waits))
        else:
            known, shown, trail = self._known(message), pictures(installation.store, sent), traces(before)
            turn = prepare_turn(settings, pack, knowledge, engine, history, message.content, trail, known, shown)
            turn = replace(turn, known=[one.field for one in known] if turn.prompt else [])
        return replace(turn, reply=said_now(pack, turn.reply)) if turn.handoff else turn

    def _known(self, message: Message) -> list[Known]:
        """What is remembered of the visitor, that of the message included."""
        store, pack, person = self.installation.store, self.installation.pack, self.question.person
        if not self.question.again:
            hear(store, pack, person, self.question.conversation, message.content)
        return known_of(store, pack, person)

    def _kept_address(self) -> Turn | None:
        """Where somebody who waits for a person leaves an address, the turn that thanks for it, which is kept.

        A second one is taken for a correction where it follows the thanks for the first.
        """
        installation, question = self.installation, self.question
        address = address_in(question.message.content)
        thanks = kept_reply(installation.pack, address) if address else ""
        case = installation.store.cases.get(question.conversation.id)
        if not thanks or case.status != "waiting" or (case.contact and not self._thanked_for(case.contact)):
            return None
        installation.store.cases.set_contact(case.conversation, address, question.person.actor)
        return Turn("handoff", reply=thanks)

    def _thanked_for(self, address: str) -> bool:
        """Whether the reply before the message kept this address."""
        before = self.installation.store.conversations.path(self.question.message.parent)
        return bool(before) and before[-1].content == kept_reply(self.installation.pack, address)

    def _ended(self, engine: Engine, turn: Turn, reply: Message, draft: Draft, trace: Trace, stopped: bool) -> Update:
        """Store a whole reply with how it came about; one that gives up hands the conversation over."""
        pack, text = self.installation.pack, draft.text
        trace = replace(
            trace,
            check=draft.outcome,
            refused=list(draft.refused),
            passages=_shown(turn, draft),
            offered=offers_person(pack, text),
        )
        if draft.abstained and not stopped:
            trace = replace(trace, act="abstain", uncertain=True)
            before = self.installation.store.conversations.path(reply.parent)
            waits = self.installation.store.cases.get(reply.conversation).status != "open"
            if failures_in_a_row(before, pack.persona.unknown) >= MOST_FAILURES and not waits:
                trace = replace(trace, handoff=GAVE_UP)
                text = f"{text}\n\n{said_now(pack, pack.persona.handoff.message)}"
        text, cut = self.question.truncation.apply(engine, text, draft.settled)
        if draft.outcome in OWN_WORDS:
            trace = replace(trace, finish=cut or trace.finish)
        else:
            trace = replace(trace, finish=cut or "stop", completion_tokens=token_count(engine, text))
        self._save(reply, text, "stopped" if stopped else "complete", trace)
        conversations = self.installation.store.conversations
        untitled = conversations.get(reply.conversation).titled == "message"
        if untitled and (title := title_from_talk(self.question.message.content, trace)):
            conversations.retitle(reply.conversation, title)
        if trace.handoff == GAVE_UP:
            self._hand_off(GAVE_UP)
        return Update(reply.conversation, reply.id, text, True, trace, len(text))

    def _hand_off(self, reason: str) -> None:
        question = self.question
        self.installation.store.cases.hand_off(question.conversation.id, question.person.actor, reason)

    def _save(self, reply: Message, text: str, status: ReplyStatus, trace: Trace) -> None:
        self.installation.store.conversations.update_reply(reply.id, text, status, trace)
        if status != "streaming":
            self.installation.metrics.replied(trace, status)


def _first_trace(engine: Engine, question: Question, turn: Turn) -> Trace:
    """How a reply came about, as far as it is known before its first word."""
    alone = [ChatMessage(role="user", content=question.message.content)]
    return Trace(
        version=engine.version,
        prompt_hash=prompt_hash(turn.prompt) if turn.prompt else "",
        sampling=question.sampling.as_dict() if turn.prompt else {},
        passages=[passage.as_found() for passage in turn.passages],
        uncertain=turn.uncertain,
        handoff=turn.handoff,
        act=turn.act,
        rule=turn.rule,
        weighed=turn.weighed,
        known=turn.known,
        prompt_tokens=turn.prompt_tokens if turn.prompt else engine.count_tokens(alone),
    )


def _shown(turn: Turn, draft: Draft) -> list[FoundPassage]:
    """The passages that were found, each with whether the reply rests on it."""
    rests = turn.act == "answer" and not draft.abstained
    used = used_passages(draft.text, turn.passages) if rests else set()
    return [passage.as_found(passage.id in used) for passage in turn.passages]


def _timed(trace: Trace, draft: Draft, started: float, first: float | None) -> Trace:
    if first is None:
        return trace
    trace = replace(trace, first_token_ms=trace.first_token_ms or round((first - started) * 1000, 1))
    if draft.usage is None:
        return trace
    usage = draft.usage
    spent = time.perf_counter() - first
    speed = round((usage.completion_tokens - 1) / spent, 1) if spent > 0 and usage.completion_tokens > 1 else None
    return replace(
        trace,
        tokens_per_second=speed,
        prompt_tokens=usage.prompt_tokens,
        completion_tokens=usage.completion_tokens,
        finish=usage.finish,
    )
