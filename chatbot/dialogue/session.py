"""The one way in: whoever asks gets a running reply to a new message, to an edited one, or to the same once more.

    for update in session.say(person, "How do I return a lamp?"):
        print(update.text)

A message is checked and stored at once; its reply is written as it is iterated.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from chatbot.dialogue.admission import Admission
from chatbot.dialogue.answering import Installation, Question, answer
from chatbot.dialogue.approving import Effects, effects_of
from chatbot.dialogue.drafting import draft_reply
from chatbot.dialogue.guard import clean_history, clean_message
from chatbot.dialogue.metrics import Metrics
from chatbot.dialogue.nearest_rows import Nearest, NearestRows
from chatbot.dialogue.once import Tried, try_version
from chatbot.dialogue.running import RunningReply
from chatbot.dialogue.truncation import Truncation
from chatbot.engines.guest import Guest
from chatbot.engines.live import LiveEngine
from chatbot.engines.memory import check_memory
from chatbot.errors import InputError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Conversation, Message, Person, Sampling, SamplingOverrides
from chatbot.settings import Settings
from chatbot.store import Store

LONGEST_CONVERSATION = 400


class CurrentPack:
    """The pack that answers; replaced whole where it was changed (`renewing`)."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._followers: list[Callable[[Pack], None]] = []

    def follow(self, tell: Callable[[Pack], None]) -> None:
        """Tell somebody of every pack that takes the place."""
        self._followers.append(tell)

    def replace(self, pack: Pack) -> None:
        """Let another pack answer."""
        self.pack = pack
        for tell in self._followers:
            tell(pack)


class Session:
    """Answers visitors: the one way in for pages, API and command line."""

    def __init__(self, settings: Settings, store: Store, pack: Pack | CurrentPack, live: LiveEngine[Knowledge]) -> None:
        self.settings = settings
        self.store = store
        self.current = pack if isinstance(pack, CurrentPack) else CurrentPack(pack)
        self.live = live
        self.guest = Guest(live, partial(check_memory, settings))
        self.admission = Admission(settings.max_concurrent, settings.max_waiting)
        self.metrics = Metrics(live, self.admission, store.feedback.counts)
        self._nearest_rows = NearestRows(store)

    @property
    def pack(self) -> Pack:
        """The pack as it is now."""
        return self.current.pack

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting for anything to load."""
        return self.live.ready

    def say(
        self,
        person: Person,
        text: str,
        conversation_id: str | None = None,
        overrides: SamplingOverrides | None = None,
        uploads: Sequence[str] = (),
    ) -> RunningReply:
        """Answer a new message at the head of a conversation; without one, in a new conversation.

        While a person holds the conversation, the message is stored for them, and its reply ends without a word.
        `uploads` are the ids of files that go with it, with which a message needs no words.
        """
        text = self.worded(text, uploads)
        conversations = self.store.conversations
        with self.store.transaction():
            if conversation_id is None:
                self.admission.check(person.id)
                conversation = conversations.start(person, self.pack.name)
            else:
                conversation = conversations.get(conversation_id, person)
            parent = self.answered_head(conversation)
            if len(conversations.path(parent)) >= LONGEST_CONVERSATION:
                raise InputError(f"this conversation has {LONGEST_CONVERSATION} messages: please start a new chat")
            question = self._add(person, conversation, parent, text)
            self.store.uploads.attach(uploads, question, person)
        return self._answer(person, conversation, question, overrides=overrides)

    def worded(self, text: str, uploads: Sequence[str] = ()) -> str:
        """A message as it is stored; where files come without words, the pack has some for them."""
        if len(uploads) > self.settings.uploads_per_message:
            raise InputError(f"{self.settings.uploads_per_message} files fit with one message: send fewer at once")
        text = text if text.strip() or not uploads else self.pack.persona.texts.attached
        return clean_message(text, self.settings.max_message_chars)

    def answered_head(self, conversation: Conversation) -> str | None:
        """What a new message follows: the head, but never a message to which the bot owes a reply and gave none."""
        head = self.store.conversations.message(conversation.head) if conversation.head else None
        unanswered = head is not None and head.role == "user" and not head.held
        return head.parent if head and unanswered and not self.store.cases.held(conversation.id) else conversation.head

    def _add(self, person: Person, conversation: Conversation, parent: str | None, text: str) -> Message:
        """Store a message; the bot's places matter to those alone to whom no person replies."""
        held = self.store.cases.held(conversation.id)
        if not held:
            self.admission.check(person.id)
        return self.store.conversations.add_user_message(conversation, parent, text, held)

    def answer_messages(
        self,
        person: Person,
        messages: Sequence[ChatMessage],
        overrides: SamplingOverrides | None = None,
        uploads: Sequence[str] = (),
    ) -> RunningReply:
        """Answer the last of a client's messages, in a new conversation whose history is those before it.

        Of the history, what is empty or too far back is left out and what is too long is shortened. `overrides`
        replaces fields of `Sampling` for this reply; it is never longer than the settings allow. `uploads` go with the
        last message.
        """
        if not messages or messages[-1]["role"] != "user":
            raise InputError("the last message must be the user's")
        longest = self.settings.max_message_chars
        text = self.worded(messages[-1]["content"], uploads)
        history = clean_history(messages[:-1], longest, LONGEST_CONVERSATION - 1)
        self.admission.check(person.id)
        with self.store.transaction():
            conversation = self.store.conversations.start(person, self.pack.name)
            parent = self.store.conversations.add_history(conversation, history)
            question = self.store.conversations.add_user_message(conversation, parent, text)
            self.store.uploads.attach(uploads, question, person)
        return self._answer(person, conversation, question, overrides=overrides)

    def regenerate(self, person: Person, reply_id: str) -> RunningReply:
        """Answer the same question again, as a sibling of the first reply."""
        reply, conversation = self._owned(person, reply_id, "assistant")
        return self._answer(person, conversation, self.store.conversations.message(reply.parent or ""), again=True)

    def edit(self, person: Person, message_id: str, text: str) -> RunningReply:
        """Ask differently: a sibling of the visitor's message, answered."""
        text = clean_message(text, self.settings.max_message_chars)
        message, conversation = self._owned(person, message_id, "user")
        with self.store.transaction():
            question = self._add(person, conversation, message.parent, text)
            self.store.uploads.carry(message, question)
        return self._answer(person, conversation, question)

    def draft(self, person: Person, conversation_id: str) -> str:
        """What the bot would answer to a visitor's last message, for an agent to go on from; nothing is stored."""
        return draft_reply(self._installation(), person, conversation_id, self.sampling())

    def try_version(self, person: Person, question: str, version: str) -> Tried:
        """What a version answers to a question, loaded for it where it answers nobody; nothing is stored."""
        return try_version(self._installation(), self.guest, person, question, version, self.sampling())

    def effects(self, question: str, answer: str, message: str) -> Effects:
        """What would change if a question were answered so from now on."""
        return effects_of(self._installation(), question, answer, message)

    def learned_from(self, reply_id: str) -> Nearest:
        """The rows nearest to a reply of the bot among those that its version learned from."""
        reply = self.store.conversations.message(reply_id)
        if reply.role != "assistant" or reply.trace is None or reply.parent is None:
            raise InputError(f"message {reply_id!r} is no reply of the bot: choose one that it wrote")
        question = self.store.conversations.message(reply.parent).content
        with self.live.lease(reply.conversation) as (_, knowledge):
            return self._nearest_rows.of(reply.trace.version, question, reply.content, knowledge.index.embedder)

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
        message: Message,
        again: bool = False,
        overrides: SamplingOverrides | None = None,
    ) -> RunningReply:
        sampling, truncation = self.sampling(again, overrides), Truncation.of(overrides or {})
        head = conversation.head if again and conversation.head else message.id
        return answer(self._installation(), Question(person, conversation, message, sampling, truncation, head, again))

    def _installation(self) -> Installation:
        return Installation(self.settings, self.store, self.pack, self.live, self.admission, self.metrics)

    def sampling(self, again: bool = False, overrides: SamplingOverrides | None = None) -> Sampling:
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
