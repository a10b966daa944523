"""One turn from question to stored reply: how it came about, how it is stopped, and what goes wrong."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chatbot.dialogue import session as session_module
from chatbot.dialogue.prompt import prompt_hash
from chatbot.dialogue.session import Session
from chatbot.engines.base import Generation, Usage
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, EngineError, InputError, NotFoundError, UserError
from chatbot.records import ChatMessage, Message, Person, Sampling, Trace
from chatbot.store import Store
from chatbot.store.cases import CaseFilter
from chatbot.store.erasures import Traces
from chatbot.store.sqlite.store import SqliteStore
from tests.chatbot.conftest import OpenChat, last

QUESTION = "Delivery to Germany takes how many working days?"
ANSWER = "Delivery › Abroad: Delivery to Germany takes 6 working days."


class ListeningEngine(ScriptedEngine):
    """Remembers the prompts and sampling that it was given."""

    def __init__(self, text: str = "red green blue pink grey") -> None:
        super().__init__("v1", lambda messages: text)
        self.prompts: list[list[ChatMessage]] = []
        self.samplings: list[Sampling] = []

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        self.prompts.append(list(messages))
        self.samplings.append(sampling)
        return super().generate(messages, sampling)


class BreakingEngine(ScriptedEngine):
    """Fails once: at the start, or after the given number of words."""

    def __init__(self, after: int | None) -> None:
        super().__init__("v1")
        self.after = after
        self.broken = False

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> Generation:
        if self.broken:
            return super().generate(messages, sampling)
        self.broken = True
        if self.after is None:
            raise EngineError("the engine failed: no memory")
        return BreakingGeneration(self.after)


class BreakingGeneration:
    def __init__(self, after: int) -> None:
        self.usage = Usage(1)
        self.after = after

    def __iter__(self) -> Iterator[str]:
        yield from ["word "] * self.after
        raise EngineError("the engine failed: no memory")

    def cancel(self) -> None:
        pass


def stored(store: Store, message_id: str) -> Message:
    return store.conversations.message(message_id)


def branch(store: Store, conversation_id: str) -> list[str]:
    head = store.conversations.get(conversation_id).head
    return [message.content for message in store.conversations.path(head)]


def test_a_reply_streams_and_is_stored_with_how_it_came_about(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    engine = ListeningEngine()
    chat = open_chat(engine, temperature=0.5, max_new_tokens=40)
    updates = list(chat.say(visitor, QUESTION))
    assert [u.text for u in updates][:3] == ["", "red ", "red green "]
    assert [u.done for u in updates] == [False] * (len(updates) - 1) + [True]
    reply = stored(store, updates[-1].message)
    assert (reply.content, reply.status) == ("red green blue pink grey", "complete")
    trace = reply.trace
    assert trace
    assert trace == updates[-1].trace
    assert trace.version == "v1"
    assert trace.prompt_hash == prompt_hash(engine.prompts[0])
    assert trace.sampling == engine.samplings[0].as_dict()
    assert (trace.sampling["temperature"], trace.sampling["max_new_tokens"]) == (0.5, 40)
    assert trace.passages[0]["text"] == "Delivery to Germany takes 6 working days."
    assert trace.passages[0]["score"] > 0.5
    assert trace.first_token_ms is not None
    assert trace.tokens_per_second
    assert (trace.prompt_tokens, trace.completion_tokens) == (engine.count_tokens(engine.prompts[0]), 5)
    assert not trace.uncertain


def test_a_reply_is_stored_before_its_first_word_is_shown(chat: Session, store: Store, visitor: Person) -> None:
    updates = chat.say(visitor, QUESTION)
    first = next(updates)
    assert (first.text, stored(store, first.message).status) == ("", "streaming")
    updates.close()


def test_the_text_follows_while_it_streams(
    chat: Session, store: Store, visitor: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.dialogue.answering.SAVE_SECONDS", 0)
    updates = chat.say(visitor, QUESTION)
    for _ in range(4):
        update = next(updates)
    assert stored(store, update.message).content == update.text != ""
    assert stored(store, update.message).status == "streaming"
    updates.close()


def test_a_conversation_goes_on_with_what_was_said(open_chat: OpenChat, visitor: Person) -> None:
    engine = ListeningEngine("Yes.")
    chat = open_chat(engine)
    conversation = last(chat.say(visitor, "Do you deliver?")).conversation
    last(chat.say(visitor, "and abroad?", conversation))
    first, second = engine.prompts
    assert second[0] == first[0]
    assert second[1:-1] == [{"role": "user", "content": "Do you deliver?"}, {"role": "assistant", "content": "Yes."}]
    assert second[-1]["content"].endswith("and abroad?")


def test_stop_keeps_the_text_so_far(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    chat = open_chat(ListeningEngine())
    updates = chat.say(visitor, QUESTION)
    for _ in range(3):
        next(updates)
    updates.stop()
    final = last(updates)
    assert (final.text, final.done) == ("red green", True)
    reply = stored(store, final.message)
    assert (reply.status, reply.content) == ("stopped", "red green")
    updates.stop()
    assert stored(store, final.message) == reply


def test_closing_the_iterator_keeps_the_text_so_far(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    chat = open_chat(ListeningEngine())
    updates = chat.say(visitor, QUESTION)
    for _ in range(3):
        update = next(updates)
    updates.close()
    reply = stored(store, update.message)
    assert (reply.status, reply.content) == ("stopped", "red green")
    assert last(chat.say(visitor, "And then?", update.conversation)).done


def test_a_reply_stopped_before_its_first_word_is_left_out_of_the_history(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    engine = ListeningEngine("Yes.")
    chat = open_chat(engine)
    updates = chat.say(visitor, "Do you deliver?")
    first = next(updates)
    updates.close()
    assert stored(store, first.message).status == "stopped"
    last(chat.say(visitor, "Hello?", first.conversation))
    assert [message["role"] for message in engine.prompts[-1]] == ["system", "user"]


def test_a_regeneration_is_a_sibling_drawn_anew(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    engine = ListeningEngine("Yes.")
    chat = open_chat(engine)
    first = last(chat.say(visitor, QUESTION))
    second = last(chat.regenerate(visitor, first.message))
    siblings = store.conversations.siblings(stored(store, first.message))
    assert [message.id for message in siblings] == [first.message, second.message]
    assert store.conversations.get(first.conversation).head == second.message
    assert engine.prompts[0] == engine.prompts[1]
    assert (engine.samplings[0].temperature, engine.samplings[1].temperature) == (0, 0.7)


def test_an_edit_is_a_sibling_of_the_question_and_answered(chat: Session, store: Store, visitor: Person) -> None:
    first = last(chat.say(visitor, "How long may I return a lamp?"))
    question = stored(store, first.message).parent
    assert question
    second = last(chat.edit(visitor, question, QUESTION))
    assert second.conversation == first.conversation
    assert branch(store, first.conversation) == [QUESTION, ANSWER]
    assert len(store.conversations.siblings(stored(store, question))) == 2


def test_only_replies_are_regenerated_and_only_questions_edited(chat: Session, store: Store, visitor: Person) -> None:
    reply = stored(store, last(chat.say(visitor, QUESTION)).message)
    assert reply.parent
    with pytest.raises(InputError, match="not one of the assistant's"):
        chat.regenerate(visitor, reply.parent)
    with pytest.raises(InputError, match="not one of the user's"):
        chat.edit(visitor, reply.id, "Hello")


def test_somebody_elses_conversation_is_not_found(chat: Session, store: Store, visitor: Person) -> None:
    mine = last(chat.say(visitor, QUESTION))
    question = stored(store, mine.message).parent
    assert question
    other = store.people.add_visitor()
    with pytest.raises(NotFoundError):
        chat.say(other, "Hello", mine.conversation)
    with pytest.raises(NotFoundError):
        chat.regenerate(other, mine.message)
    with pytest.raises(NotFoundError):
        chat.edit(other, question, "Hello")
    assert branch(store, mine.conversation) == [QUESTION, ANSWER]


def test_asking_for_a_person_hands_the_conversation_off(chat: Session, store: SqliteStore, visitor: Person) -> None:
    update = last(chat.say(visitor, "Let me SPEAK to a human!"))
    assert update.done
    assert update.text == "I am passing you on to a colleague."
    assert update.trace.handoff == "asked for a person"
    assert stored(store, update.message).trace == update.trace
    assert store.cases.get(update.conversation).status == "waiting"
    (event,) = store.database.rows("select actor, subject from events where kind = 'handoff'")
    assert event == {"actor": visitor.actor, "subject": update.conversation}
    assert store.cases.get(update.conversation).reason == "handed off"


def test_who_waits_for_a_person_stays_on_top_whoever_dislikes_what(
    chat: Session, store: Store, visitor: Person
) -> None:
    waiting = last(chat.say(visitor, "Let me SPEAK to a human!"))
    disliked = last(chat.say(visitor, QUESTION))
    for reply in (waiting, disliked):
        store.feedback.rate(reply.message, visitor, "dislike")
    listed = [(case.conversation, case.reason) for case in store.cases.page(CaseFilter()).items]
    assert listed == [(waiting.conversation, "handed off"), (disliked.conversation, "disliked")]


def test_the_bot_is_silent_while_a_person_holds_the_conversation(
    chat: Session, store: SqliteStore, visitor: Person, agent: Person
) -> None:
    first = last(chat.say(visitor, QUESTION))
    store.cases.claim(first.conversation, agent)
    for text in ("Are you there?", "Hello?"):
        (only,) = chat.say(visitor, text, first.conversation)
        assert (only.text, only.done, only.trace.act) == ("", True, "held")
    (again,) = chat.regenerate(visitor, first.message)
    assert again.trace.act == "held"
    store.cases.write(first.conversation, agent, "Yes, I am.")
    (edited,) = chat.edit(visitor, only.message, "Hello, again?")
    assert edited.trace.act == "held" and stored(store, edited.message).held
    assert branch(store, first.conversation) == [QUESTION, ANSWER, "Are you there?", "Hello, again?"]
    store.cases.release(first.conversation, agent)
    assert last(chat.say(visitor, QUESTION, first.conversation)).text
    assert branch(store, first.conversation)[2:5] == ["Are you there?", "Hello, again?", QUESTION]


def test_a_person_who_claims_it_meanwhile_ends_the_reply_and_no_message_is_lost(
    open_chat: OpenChat, store: Store, visitor: Person, agent: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.dialogue.answering.SAVE_SECONDS", 0)
    chat = open_chat(ListeningEngine("word " * 200))
    running = chat.say(visitor, "Do you deliver?")
    conversation = next(running).conversation
    store.cases.claim(conversation, agent)
    assert len(last(running).text.split()) < 200
    before = chat.say(visitor, "and abroad?", conversation)
    assert last(before).trace.act == "held"
    store.cases.release(conversation, agent)
    taken = chat.say(visitor, "taken before it was answered", conversation)
    store.cases.claim(conversation, agent)
    assert last(taken).trace.act == "held"
    last(chat.say(visitor, "Hello?", conversation))
    assert branch(store, conversation)[-3:] == ["and abroad?", "taken before it was answered", "Hello?"]


def test_who_waits_is_answered_and_not_handed_over_twice(chat: Session, store: SqliteStore, visitor: Person) -> None:
    first = last(chat.say(visitor, "Let me speak to a human"))
    since = store.cases.get(first.conversation).waiting_since
    assert last(chat.say(visitor, QUESTION, first.conversation)).text == ANSWER
    last(chat.say(visitor, "Let me speak to a human", first.conversation))
    assert store.cases.get(first.conversation).waiting_since == since
    assert len(store.database.rows("select 1 from events where kind = 'handoff'")) == 1


@pytest.mark.parametrize(("after", "kept"), [(None, ""), (0, ""), (3, "word word word")])
def test_an_engine_that_fails_is_told_and_the_next_turn_works(
    open_chat: OpenChat, store: Store, visitor: Person, after: int | None, kept: str
) -> None:
    chat = open_chat(BreakingEngine(after))
    with pytest.raises(UserError, match="the engine failed: no memory"):
        list(chat.say(visitor, QUESTION))
    (conversation,) = store.conversations.of(visitor)
    assert conversation.head
    reply = stored(store, conversation.head)
    assert (reply.status, reply.content) == ("failed", kept)
    assert last(chat.say(visitor, QUESTION, conversation.id)).text == ANSWER
    assert 'status="failed"' in chat.metrics.text().decode()


def test_a_question_left_without_a_reply_does_not_break_the_next_turn(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    engine = ListeningEngine("Yes.")
    chat = open_chat(engine)
    conversation = last(chat.say(visitor, "Do you deliver?")).conversation
    head = store.conversations.get(conversation).head
    store.conversations.add_user_message(store.conversations.get(conversation), head, "lost in a crash")
    last(chat.say(visitor, "and abroad?", conversation))
    assert branch(store, conversation) == ["Do you deliver?", "Yes.", "and abroad?", "Yes."]
    assert "lost in a crash" not in str(engine.prompts[-1])


def test_a_reply_cut_off_by_a_crash_stays_in_the_history(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    engine = ListeningEngine("Yes.")
    chat = open_chat(engine)
    conversation = store.conversations.start(visitor, "lamps")
    question = store.conversations.add_user_message(conversation, None, "Do you deliver?")
    reply = store.conversations.begin_reply(conversation, question.id, Trace("v1"))
    store.conversations.update_reply(reply.id, "Yes, within", "streaming", Trace("v1"))
    store.conversations.mark_interrupted()
    assert last(chat.say(visitor, "and abroad?", conversation.id)).done
    assert [message["content"] for message in engine.prompts[0][1:3]] == ["Do you deliver?", "Yes, within"]
    assert stored(store, reply.id).status == "interrupted"


def test_a_conversation_deleted_while_its_reply_is_written_ends_the_reply(
    chat: Session, store: Store, visitor: Person
) -> None:
    updates = chat.say(visitor, QUESTION)
    first = next(updates)
    store.erasures.erase(Traces([first.conversation]), visitor.actor)
    with pytest.raises(NotFoundError, match="does not exist any more"):
        list(updates)
    assert last(chat.say(visitor, QUESTION)).text == ANSWER


def test_a_message_that_cannot_be_answered_starts_no_conversation(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    chat = open_chat(max_message_chars=100)
    for text, said in (("  ", "is empty"), ("x" * 101, "101 characters: 100 fit")):
        with pytest.raises(InputError, match=said):
            chat.say(visitor, text)
    assert store.conversations.of(visitor) == []


def test_a_question_that_leaves_no_room_for_facts_says_so(open_chat: OpenChat, visitor: Person) -> None:
    chat = open_chat(context_tokens=256, max_new_tokens=160)
    with pytest.raises(InputError, match="no room for the facts"):
        last(chat.say(visitor, f"{QUESTION} {'please ' * 68}"))


def test_what_was_just_said_whole_is_narrowed_to_what_was_asked_for(
    open_chat: OpenChat, pack_folder: Path, visitor: Person
) -> None:
    article = "# Lockers\n\n## Use\n\nA locker opens with a code. A locker holds at most 15 kg. A locker is free.\n"
    (pack_folder / "articles" / "lockers.md").write_text(article, encoding="utf-8")
    chat = open_chat(replies="quote", passages=1)
    first = last(chat.say(visitor, "how does a locker open"))
    assert first.text == "A locker opens with a code. A locker holds at most 15 kg. A locker is free."
    again = last(chat.say(visitor, "at most how many kg holds the locker", first.conversation))
    assert "A locker holds at most 15 kg." in again.text and len(again.text) < len(first.text)


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("yes please", True),
        ("yes ok", True),
        ("yes get the colleage pls", True),
        ("yes get me my money", False),
        ("ok i get it, thanks", False),
        ("sure, the other one", False),
        ("ok, do that", True),
        ("that would be great, thank you!", True),
        ("ok, never mind", False),
        ("please don't", False),
        ("sure, what are the costs?", False),
        ("thanks", False),
    ],
)
def test_only_a_yes_accepts_the_offer_of_a_colleague(chat: Session, visitor: Person, text: str, accepted: bool) -> None:
    offer: list[ChatMessage] = [
        {"role": "user", "content": "zzz qqq"},
        {"role": "assistant", "content": "I don't have that information. Shall I get a colleague?"},
        {"role": "user", "content": text},
    ]
    assert (last(chat.answer_messages(visitor, offer)).trace.handoff is not None) == accepted


def test_an_approved_answer_comes_before_rules_but_those_that_hand_over(
    open_chat: OpenChat, pack_folder: Path, store: Store, visitor: Person, agent: Person
) -> None:
    (pack_folder / "rules").mkdir()
    for name, action in (("weather", "decline"), ("danger", "handoff")):
        examples = [f"{word} {name} {end}" for word in ("what", "which", "any") for end in ("now", "today", "here")]
        rule = f'action = "{action}"\nmessage = "This is the {name} rule."\nexamples = {examples!r}'
        (pack_folder / "rules" / f"{name}.toml").write_text(rule, encoding="utf-8")
    chat = open_chat()
    assert last(chat.say(visitor, "any weather today")).text == "This is the weather rule."
    for question in ("any weather today", "any danger today"):
        store.feedback.approve(question, "Sunny all day.", agent)
    assert "Sunny all day." in last(chat.say(visitor, "any weather today")).text
    assert last(chat.say(visitor, "any danger today")).text == "This is the danger rule."


def test_who_is_upset_is_answered_after_a_word_of_regret_once(
    open_chat: OpenChat, pack_folder: Path, visitor: Person
) -> None:
    (pack_folder / "rules").mkdir()
    examples = [
        f"{feeling} {matter}" for feeling in ("awful", "disgraceful") for matter in ("lamp", "delivery", "return")
    ]
    rule = f'action = "acknowledge"\nsure = 0.1\nmessage = "I am so sorry."\nexamples = {examples!r}'
    (pack_folder / "rules" / "upset.toml").write_text(rule, encoding="utf-8")
    chat = open_chat(replies="quote")
    first = last(chat.say(visitor, "awful disgraceful delivery, when does the parcel reach germany"))
    assert first.text == "I am so sorry.\n\nDelivery to Germany takes 6 working days."
    assert (first.trace.act, first.trace.rule) == ("answer", "upset")
    again = last(chat.say(visitor, "awful disgraceful lamp, what does a return cost", first.conversation))
    assert "sorry" not in again.text and "A return costs £3.50." in again.text and again.trace.rule is None
    unknown = last(open_chat(replies="quote", min_score=0.99).say(visitor, "awful disgraceful weather"))
    assert unknown.trace.act == "abstain" and "so sorry" not in unknown.text


@pytest.mark.parametrize(
    ("reply", "unknowing"),
    [
        ("I don't have that information.", True),
        ("That isn't in my information, sorry.", True),
        ("You don't have to pay for a return.", False),
        ("We do not have a shop in town.", False),
    ],
)
def test_a_reply_that_does_not_know_is_uncertain(
    open_chat: OpenChat, visitor: Person, reply: str, unknowing: bool
) -> None:
    assert last(open_chat(ListeningEngine(reply)).say(visitor, QUESTION)).trace.uncertain == unknowing


def test_a_question_too_long_for_the_model_says_so(open_chat: OpenChat, visitor: Person) -> None:
    chat = open_chat(context_tokens=256, max_new_tokens=100)
    with pytest.raises(InputError, match="tokens too long for this model"):
        list(chat.say(visitor, "word " * 300))
    assert last(chat.say(visitor, QUESTION)).text == ANSWER


def test_a_conversation_ends_at_its_longest(chat: Session, visitor: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "LONGEST_CONVERSATION", 4)
    conversation = last(chat.say(visitor, QUESTION)).conversation
    last(chat.say(visitor, QUESTION, conversation))
    with pytest.raises(InputError, match="has 4 messages: please start a new chat"):
        chat.say(visitor, QUESTION, conversation)


def test_a_server_with_all_places_taken_is_busy_until_one_is_free(open_chat: OpenChat, visitor: Person) -> None:
    chat = open_chat(ListeningEngine(), max_concurrent=1, max_waiting=0)
    taken = chat.say(visitor, QUESTION)
    next(taken)
    with pytest.raises(BusyError, match="try again in 2 seconds") as busy:
        chat.say(visitor, QUESTION)
    assert busy.value.retry_after == 2
    assert len(chat.store.conversations.of(visitor)) == 1
    taken.close()
    assert last(chat.say(visitor, QUESTION)).done


def test_a_clients_messages_become_a_conversation(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    engine = ListeningEngine("Six.")
    chat = open_chat(engine)
    said: list[ChatMessage] = [
        {"role": "user", "content": "Do you deliver?"},
        {"role": "assistant", "content": "Yes."},
        {"role": "user", "content": QUESTION},
    ]
    update = last(chat.answer_messages(visitor, said, {"max_new_tokens": 9999, "temperature": 1.0}))
    assert branch(store, update.conversation) == ["Do you deliver?", "Yes.", QUESTION, "Six."]
    assert engine.prompts[0][1:3] == said[:2]
    assert engine.samplings[0].temperature == 1.0
    assert engine.samplings[0].max_new_tokens == chat.settings.max_new_tokens


def test_a_clients_messages_must_end_with_the_user(chat: Session, visitor: Person) -> None:
    with pytest.raises(InputError, match="last message must be the user's"):
        chat.answer_messages(visitor, [{"role": "assistant", "content": "Yes."}])
    with pytest.raises(InputError, match="last message must be the user's"):
        chat.answer_messages(visitor, [])


def test_of_a_clients_long_history_the_latest_is_kept(chat: Session, visitor: Person, store: Store) -> None:
    said = [ChatMessage(role="user", content=f"{n} {'x' * 5000}") for n in range(1000)]
    update = last(chat.answer_messages(visitor, [*said, ChatMessage(role="user", content=QUESTION)]))
    *history, question, _ = branch(store, update.conversation)
    assert question == QUESTION and len(history) == 399
    assert history[0].startswith("601 ") and {len(text) for text in history} == {chat.settings.max_message_chars}
