"""An answer that waits for a second look is used by nobody before somebody else has confirmed it."""

import pytest

from chatbot.desk.approvals import SECOND_LOOK, approve, confirm, propose, revise, withdraw
from chatbot.dialogue.session import Session
from chatbot.errors import AccessError, InputError, NotFoundError
from chatbot.records import ApprovedAnswer, Person
from chatbot.store import Store
from tests.chatbot.conftest import last
from training.curation.examples import Collected
from training.curation.sources.answers import add_answers
from training.curation.sources.feedback import add_feedback

QUESTION = "Do you sell zebra striped curtains?"
BETTER = "Yes: zebra striped curtains are in the safari range."


@pytest.fixture
def bo(store: Store) -> Person:
    return store.people.add_staff("bo", "agent", "a long enough password")


@pytest.fixture
def reply(chat: Session, store: Store, visitor: Person) -> str:
    store.people.set_consent(visitor, True)
    return last(chat.say(visitor, QUESTION)).message


def proposed(store: Store, agent: Person, reply: str, bo: Person) -> ApprovedAnswer:
    return propose(store, agent, reply, QUESTION, BETTER, bo.id)


def test_until_it_is_confirmed_nobody_is_answered_with_it_and_nothing_learns_from_it(
    chat: Session, store: Store, visitor: Person, agent: Person, bo: Person, reply: str
) -> None:
    waiting = proposed(store, agent, reply, bo)
    assert (waiting.waits, waiting.active, waiting.asked) == (True, False, bo.id)
    assert store.feedback.answers() == [] and store.feedback.waiting_answers() == [waiting]
    assert BETTER not in last(chat.say(visitor, QUESTION)).text
    collected = Collected()
    add_feedback(chat.pack, store, collected)
    add_answers(chat.pack, store, collected)
    assert collected.examples == []
    chat_id = store.conversations.message(reply).conversation
    assert store.cases.get(chat_id).labels == (SECOND_LOOK,)
    assert store.cases.notes(chat_id)[0].mentions == (bo.id,)

    used = confirm(store, bo, waiting.id)
    assert (used.active, used.waits, used.person, used.confirmed_by) == (True, False, agent.id, bo.id)
    assert BETTER in last(chat.say(visitor, QUESTION)).text
    add_feedback(chat.pack, store, collected)
    assert [one.messages[-1]["content"] for one in collected.examples] == [BETTER]
    assert store.cases.get(chat_id).labels == () and store.feedback.waiting_answers() == []


def test_whoever_proposed_it_can_take_it_back_but_not_confirm_or_pass_by(
    store: Store, agent: Person, bo: Person, reply: str
) -> None:
    waiting = proposed(store, agent, reply, bo)
    with pytest.raises(AccessError, match="somebody else's"):
        confirm(store, agent, waiting.id)
    with pytest.raises(InputError, match="waits for a second look"):
        approve(store, agent, reply, QUESTION, "Of course.")
    assert store.feedback.answers() == [] and store.feedback.waiting_answers() == [waiting]
    withdraw(store, agent, waiting.id)
    assert store.feedback.waiting_answers() == []
    with pytest.raises(NotFoundError, match="waits no more"):
        confirm(store, bo, waiting.id)
    approve(store, agent, reply, QUESTION, BETTER)
    assert [one.response for one in store.feedback.answers()] == [BETTER]


def test_an_approval_by_somebody_else_takes_its_place(store: Store, agent: Person, bo: Person, reply: str) -> None:
    proposed(store, agent, reply, bo)
    approve(store, bo, reply, QUESTION, "We do.")
    assert [one.response for one in store.feedback.answers()] == ["We do."]
    assert store.feedback.waiting_answers() == []


def test_what_is_in_use_stays_so_until_the_new_one_is_confirmed(
    store: Store, agent: Person, bo: Person, reply: str
) -> None:
    approve(store, agent, reply, QUESTION, "We do.")
    waiting = proposed(store, agent, reply, bo)
    assert [one.response for one in store.feedback.answers()] == ["We do."]
    confirm(store, bo, waiting.id)
    assert [one.response for one in store.feedback.answers()] == [BETTER]


def test_it_takes_a_colleague_and_a_reply(store: Store, agent: Person, bo: Person, reply: str) -> None:
    question = store.conversations.message(reply).parent or ""
    with pytest.raises(InputError, match="choose a colleague"):
        propose(store, agent, reply, QUESTION, BETTER, agent.id)
    with pytest.raises(NotFoundError, match="nobody of the staff"):
        propose(store, agent, reply, QUESTION, BETTER, "nobody")
    with pytest.raises(InputError, match="choose a reply"):
        propose(store, agent, question, QUESTION, BETTER, bo.id)
    assert store.feedback.waiting_answers() == []


def test_an_answer_in_use_is_given_other_words(
    chat: Session, store: Store, visitor: Person, agent: Person, bo: Person, reply: str
) -> None:
    used = approve(store, agent, reply, QUESTION, BETTER)
    changed = revise(store, bo, used.id, QUESTION, "Yes, since May.")
    assert store.feedback.answers() == [changed] and (changed.message, changed.person) == (reply, bo.id)
    assert "since May" in last(chat.say(visitor, QUESTION)).text
    with pytest.raises(NotFoundError, match="withdrawn in the meantime"):
        revise(store, bo, used.id, QUESTION, BETTER)
