"""Deletions in the store: what is a rewording, what goes, what stays."""

import pytest

from chatbot.records import Person
from chatbot.store.erasures import Traces, reworded
from chatbot.store.sqlite.store import SqliteStore


@pytest.mark.parametrize(
    ("query", "said", "is_one"),
    [
        ("How long may a lamp be returned?", ["I am Jo, how long can I send it back?"], True),
        ("how long can i send it back", ["I am Jo, how long can I send it back?"], False),
        ("Hello!", ["hello"], False),
        ("Which lamps are heavy?", ["heavy", "hi"], True),
        ("Anna asks: is the oak lamp oiled or waxed?", ["Is the oak lamp oiled, or waxed"], False),
    ],
)
def test_a_rewording_is_more_than_another_comma(query: str, said: list[str], is_one: bool) -> None:
    assert reworded(query, said) is is_one


def test_an_answer_with_a_name_or_number_of_somebody_goes(store: SqliteStore, visitor: Person, agent: Person) -> None:
    store.people.set_consent(visitor, True)
    conversation = store.conversations.start(visitor, "lamps")
    message = store.conversations.add_user_message(conversation, None, "Where is it? Write to me.")
    answer = store.feedback.approve("May I write to jo@mail.example?", "Yes.", agent, message.id)
    traces = store.erasures.traces([conversation.id])
    assert traces.answers == (answer.id,) and traces.kept == ()
    assert traces.row_names == {f"answer-{answer.id}"}
    assert Traces(answers=["a", "b"], kept=["b"]).gone_answers == {"a"}


def test_a_named_person_stays_and_a_visitor_goes(store: SqliteStore, visitor: Person, agent: Person) -> None:
    store.erasures.erase(Traces(), "operator:o", [visitor.id, agent.id])
    assert store.people.get(visitor.id) is None
    assert store.people.get(agent.id) is not None
