"""Cases: who holds one, what opens it again, how they are listed and found, and that each act is told once."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from chatbot.broker import Happening
from chatbot.errors import CaseHeldError, InputError, NotFoundError
from chatbot.records import Person, Trace
from chatbot.store.cases import Attention, CaseFilter
from chatbot.store.sqlite.store import SqliteStore


@pytest.fixture
def other(store: SqliteStore) -> Person:
    return store.people.add_staff("Ben Bo", "agent", "a long enough password")


@pytest.fixture
def heard(store: SqliteStore) -> list[Happening]:
    told: list[Happening] = []
    store.broker.listen(told.append)
    return told


def ask(store: SqliteStore, visitor: Person, text: str = "How long?", **trace: Any) -> tuple[str, str]:
    """The ids of a conversation and its reply."""
    conversation = store.conversations.start(visitor, "lamps")
    question = store.conversations.add_user_message(conversation, None, text)
    made = Trace(**{"version": "v1"} | trace)
    reply = store.conversations.begin_reply(conversation, question.id, made)
    store.conversations.update_reply(reply.id, "30 days", "complete", made)
    return conversation.id, reply.id


def say(store: SqliteStore, conversation: str, text: str) -> None:
    found = store.conversations.get(conversation)
    store.conversations.add_user_message(found, found.head, text)


def ids(store: SqliteStore, **wanted: Any) -> list[str]:
    return [case.conversation for case in store.cases.page(CaseFilter(**wanted)).items]


def events(store: SqliteStore) -> list[tuple[str, str]]:
    return [(entry.event.kind, entry.event.actor) for entry in store.events.entries()]


def test_a_conversation_is_a_case_once_something_was_said(store: SqliteStore, visitor: Person) -> None:
    empty = store.conversations.start(visitor, "lamps")
    with pytest.raises(NotFoundError, match="does not exist"):
        store.cases.get(empty.id)
    case = store.cases.get(ask(store, visitor, "How long may I return it?")[0])
    assert (case.status, case.reason, case.holder, case.unread, case.version) == ("open", "new", None, 1, "v1")
    assert (case.title, case.person) == ("How long may I return it?", visitor.id)


def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(
    store: SqliteStore, visitor: Person, agent: Person, other: Person
) -> None:
    conversation, _ = ask(store, visitor)

    def claim(person: Person) -> str:
        try:
            return f"{person.name} has it: {store.cases.claim(conversation, person).holder_name}"
        except CaseHeldError as error:
            return f"told {error.holder}"
        finally:
            store.close()

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(claim, (agent, other)))
    winner = store.cases.get(conversation).holder_name
    assert outcomes == [f"{winner} has it: {winner}", f"told {winner}"]
    assert [kind for kind, _ in events(store)].count("case_claimed") == 1
    assert store.cases.claim(conversation, other, over=True).holder == other.id


def test_a_case_goes_from_the_bot_to_people_and_back(
    store: SqliteStore, visitor: Person, agent: Person, other: Person, heard: list[Happening]
) -> None:
    conversation, _ = ask(store, visitor)
    heard.clear()
    assert store.cases.hand_off(conversation, visitor.actor, "asked for a person")
    assert not store.cases.hand_off(conversation, visitor.actor, "asked for a person")
    waiting = store.cases.get(conversation)
    assert (waiting.status, waiting.reason) == ("waiting", "handed off") and waiting.waiting_since
    assert not store.cases.held(conversation)
    held = store.cases.claim(conversation, agent)
    assert (held.status, held.holder, held.waiting_since) == ("held", agent.id, waiting.waiting_since)
    assert store.cases.held(conversation)
    store.cases.write(conversation, agent, " Hello, I am Ada. ")
    assert store.cases.get(conversation).waiting_since is None
    with pytest.raises(CaseHeldError, match="ada holds this case"):
        store.cases.write(conversation, other, "Me too")
    moved = store.cases.transfer(conversation, agent, other, "speaks @ADA's language")
    assert (moved.holder_name, moved.status) == ("Ben Bo", "held")
    assert [(note.text, note.mentions) for note in store.cases.notes(conversation)] == [
        ("speaks @ADA's language", (agent.id,))
    ]
    back = store.cases.release(conversation, other)
    assert (back.status, back.holder) == ("open", None)
    with pytest.raises(InputError, match="the bot answers"):
        store.cases.release(conversation, other)
    done = store.cases.close(conversation, agent)
    assert (done.status, done.unread) == ("done", 0)
    assert store.cases.reopen(conversation, agent).status == "open"
    kinds = ["handoff", "case_claimed", "agent_message", "case_noted", "case_transferred", "handback", "case_closed"]
    assert [kind for kind, _ in events(store)][-8:] == [*kinds, "case_reopened"]
    told = [(one.kind, one.detail.get("status"), one.detail.get("name")) for one in heard if one.kind == "case"]
    statuses = ["waiting", "held", "held", "open", "done", "open"]
    assert told == [("case", s, n) for s, n in zip(statuses, ["", "ada", "Ben Bo", "", "", ""], strict=True)]


def test_what_an_agent_writes_stands_in_the_thread_with_their_name(
    store: SqliteStore, visitor: Person, agent: Person, heard: list[Happening]
) -> None:
    conversation, reply = ask(store, visitor)
    message = store.cases.write(conversation, agent, "Hello, I am Ada.")
    found = store.conversations.path(store.conversations.get(conversation).head)
    assert [(one.role, one.author) for one in found] == [("user", None), ("assistant", None), ("agent", agent.id)]
    assert found[-1] == message and message.parent == reply
    assert heard[-1] == Happening("message", conversation, {"message": message.id, "role": "agent", "author": agent.id})
    with pytest.raises(InputError, match="message is empty"):
        store.cases.write(conversation, agent, " ")


def test_while_a_person_holds_it_the_visitor_waits_for_their_words(
    store: SqliteStore, visitor: Person, agent: Person
) -> None:
    conversation, _ = ask(store, visitor)
    store.cases.write(conversation, agent, "Hello")
    found = store.conversations.get(conversation)
    said = store.conversations.add_user_message(found, found.head, "Are you there?", held=True)
    case = store.cases.get(conversation)
    assert (case.waiting_since, case.unread) == (said.created_at, 1)
    assert store.conversations.message(said.id).held
    store.cases.seen(conversation, agent)
    assert store.cases.get(conversation).unread == 0


def test_a_case_waits_again_as_long_as_it_did(
    store: SqliteStore, visitor: Person, agent: Person, other: Person
) -> None:
    conversation, _ = ask(store, visitor)
    store.cases.hand_off(conversation, visitor.actor, "asked for a person")
    since = store.cases.get(conversation).waiting_since
    store.cases.close(conversation, agent)
    assert store.cases.requeue(conversation, agent, since).waiting_since == since
    store.cases.claim(conversation, agent)
    with pytest.raises(CaseHeldError):
        store.cases.requeue(conversation, other)
    again = store.cases.requeue(conversation, agent, "9999-01-01")
    assert (again.status, again.holder, again.waiting_since) == ("waiting", None, since)
    assert ("case_requeued", agent.actor) in events(store)


def test_what_asks_for_attention_is_counted(store: SqliteStore, visitor: Person, agent: Person, other: Person) -> None:
    waiting, mine, theirs = (ask(store, visitor)[0] for _ in range(3))
    store.cases.hand_off(waiting, visitor.actor, "asked for a person")
    store.cases.claim(mine, agent)
    store.cases.claim(theirs, other)
    store.cases.seen(mine, agent)
    say(store, mine, "Are you there?")
    assert store.cases.attention(agent) == Attention(waiting=1, mine=1, unread=1)


def test_an_agent_who_leaves_puts_what_they_hold_back_into_the_queue(
    store: SqliteStore, visitor: Person, agent: Person, other: Person
) -> None:
    mine, _ = ask(store, visitor)
    theirs, _ = ask(store, visitor)
    store.cases.claim(mine, agent)
    store.cases.claim(theirs, other)
    assert set(store.cases.holders()) == {agent.id, other.id}
    assert store.cases.leave(agent) == [mine]
    assert (store.cases.get(mine).status, store.cases.get(theirs).status) == ("waiting", "held")
    assert events(store)[-1] == ("case_returned", "system")
    assert store.cases.queue_position(mine) == 1 and store.cases.queue_position(theirs) == 0


def test_words_and_dislikes_of_the_visitor_open_what_was_done(
    store: SqliteStore, visitor: Person, agent: Person
) -> None:
    conversation, reply = ask(store, visitor)
    store.cases.close(conversation, agent)
    store.feedback.rate(reply, agent, "dislike")
    assert store.cases.get(conversation).status == "done"
    store.feedback.rate(reply, visitor, "dislike")
    assert (store.cases.get(conversation).status, store.cases.get(conversation).reason) == ("open", "disliked")
    store.cases.close(conversation, agent)
    say(store, conversation, "One more thing")
    assert (store.cases.get(conversation).status, store.cases.get(conversation).reason) == ("open", "new")


def test_those_who_wait_stand_first_and_a_doubt_before_what_is_new(
    store: SqliteStore, visitor: Person, agent: Person
) -> None:
    new, _ = ask(store, visitor)
    doubtful, _ = ask(store, visitor, uncertain=True)
    disliked, reply = ask(store, visitor)
    store.feedback.rate(reply, visitor, "dislike")
    second, _ = ask(store, visitor)
    first, _ = ask(store, visitor)
    for conversation in (first, second):
        store.cases.hand_off(conversation, visitor.actor, "asked for a person")
    say(store, first, "hello?")
    done, _ = ask(store, visitor)
    store.cases.close(done, agent)
    assert ids(store) == [first, second, disliked, doubtful, new, done]
    assert [store.cases.queue_position(one) for one in (first, second, new)] == [1, 2, 0]
    assert ids(store, order="latest")[:2] == [done, first]


@pytest.mark.parametrize("few", [2000, -1])
def test_pages_follow_one_another_without_gaps_whatever_the_order(
    store: SqliteStore, visitor: Person, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.store.sqlite.case_pages.FEW", few)
    for number in range(7):
        ask(store, visitor, f"lamp number {number}")
    for wanted in ({}, {"order": "latest"}, {"text": "lamp"}):
        whole = ids(store, **wanted)
        cursor, pieces = "", list[str]()
        while True:
            page = store.cases.page(CaseFilter(cursor=cursor, limit=3, **wanted))  # type: ignore[arg-type]
            pieces += [case.conversation for case in page.items]
            if not (cursor := page.next):
                break
        assert pieces == whole and len(whole) == 7
    with pytest.raises(InputError, match="cursor 'x' is none of ours"):
        store.cases.page(CaseFilter(cursor="x"))


def test_filters_say_which_cases_and_counts_how_many_of_each_status(
    store: SqliteStore, visitor: Person, agent: Person
) -> None:
    used: dict[str, Any] = {"id": "a", "kind": "article", "title": "Returns", "text": "", "source": "", "query": ""}
    one, _ = ask(store, visitor, version="v2", passages=[{**used, "score": 1.0, "used": True}])
    two, _ = ask(store, visitor)
    store.cases.add_label(one, agent, " Refund  Late ")
    store.cases.claim(two, agent)
    assert store.cases.get(one).labels == ("refund late",)
    for wanted in ({"label": "refund late"}, {"version": "v2"}, {"topic": "Returns"}, {"status": "open"}):
        assert ids(store, **wanted) == [one], wanted
    for wanted in ({"holder": agent.id}, {"status": "held"}, {"version": "v1", "reason": "new"}):
        assert ids(store, **wanted) == [two], wanted
    moment = store.cases.get(two).last_at
    assert ids(store, since=moment) == [two] and ids(store, until=moment) == [one]
    assert store.cases.page(CaseFilter(status="held")).counts == {"held": 1, "open": 1}
    assert store.cases.page(CaseFilter(status="held", holder=agent.id)).counts == {"held": 1, "open": 1}
    choices = store.cases.choices()
    assert (choices.labels, choices.versions, choices.topics) == (["refund late"], ["v1", "v2"], ["Returns"])
    store.cases.remove_label(one, agent, "Refund late")
    assert store.cases.get(one).labels == ()


def test_cases_are_listed_by_what_they_came_to_as_figures_count_it(store: SqliteStore, visitor: Person) -> None:
    disliked, reply = ask(store, visitor, act="answer")
    store.feedback.rate(reply, visitor, "dislike")
    unanswered, _ = ask(store, visitor, act="abstain")
    going_on, _ = ask(store, visitor, act="answer")
    found = {ending: ids(store, ending=ending) for ending in ("disliked", "unanswered", "open", "assumed", "other")}
    assert found == {"disliked": [disliked], "unanswered": [unanswered], "open": [going_on], "assumed": [], "other": []}
    today = store.cases.get(going_on).last_at[:10]
    assert len(ids(store, begun=today)) == 3 and ids(store, begun=f"{today}x") == []
    assert store.cases.page(CaseFilter("done", ending="disliked", begun=today)).counts == {"open": 1}


def test_all_that_was_said_or_noted_is_found(store: SqliteStore, visitor: Person, agent: Person) -> None:
    one, _ = ask(store, visitor, "Where is my Crème lamp 4711?")
    two, _ = ask(store, visitor, "Delivery to Germany")
    store.cases.write(two, agent, "It left the warehouse.")
    store.cases.add_note(two, agent, "parcel lost near Köln")
    store.cases.set_contact(two, "vera@post.example", visitor.actor)
    found = {
        "creme": [one],
        "lamp 47": [one],
        "4711 lamp": [one],
        "warehouse": [two],
        "koln": [two],
        "30 days": [two, one],
    }
    found |= {"vera@post.example": [two], "47 lamp": [], "lamp germany": [], "?!": [], '"': []}
    for text, expected in found.items():
        assert ids(store, text=text) == expected, text
    assert ids(store, text="days", status="held") == [two]
    assert ids(store, text="lam ") == []


def test_without_an_index_messages_are_read_one_by_one(store: SqliteStore, visitor: Person) -> None:
    one, _ = ask(store, visitor, "100% of my lamps")
    store.database.here.conn.execute("drop trigger words_go_with_their_case")
    store.database.here.conn.execute("drop table case_words")
    store.cases._pages._search.__dict__["indexed"] = False
    assert ids(store, text="100% OF") == [one]
    assert ids(store, text="100_") == []
    ask(store, visitor, "and another")


def test_what_is_no_label_note_or_address_is_refused(store: SqliteStore, visitor: Person, agent: Person) -> None:
    conversation, _ = ask(store, visitor)
    with pytest.raises(InputError, match="label has 41 characters: 40 fit"):
        store.cases.add_label(conversation, agent, "x" * 41)
    with pytest.raises(InputError, match="note is empty"):
        store.cases.add_note(conversation, agent, "\n")
    with pytest.raises(InputError, match="cannot hold a case"):
        store.cases.transfer(conversation, agent, visitor)
    with pytest.raises(NotFoundError):
        store.cases.claim("nothing", agent)


def test_nothing_is_told_of_what_was_not_stored(
    store: SqliteStore, visitor: Person, agent: Person, heard: list[Happening]
) -> None:
    conversation, _ = ask(store, visitor)
    heard.clear()

    def fail() -> None:
        with store.transaction():
            store.cases.claim(conversation, agent)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert heard == [] and store.cases.get(conversation).status == "open"
