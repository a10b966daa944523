"""Versions beside one another: what they pass, by how much, and how people rated them."""

from chatbot.dialogue.session import Session
from chatbot.records import Trace
from chatbot.store.versions import BASE
from tests.training.console.made import add_version, held
from training.console.lineup import differences, suite_words, version_rows
from training.release.publish import promote


def test_versions_with_their_aliases(session: Session) -> None:
    first = add_version(session.store)
    second = add_version(session.store, held(first.name), facts=9)
    promote(session.store, first.name, "system")
    rows = version_rows(session)
    assert [row.version.name for row in rows] == [second.name, first.name, BASE]
    assert rows[1].aliases == ["champion"]
    assert (rows[0].passed, rows[0].cases) == (13, 14)
    assert rows[0].more_than(rows[1]) == 2
    assert rows[0].more_than(rows[2]) is None


def test_what_the_gate_found_in_numbers_of_questions(session: Session) -> None:
    first = add_version(session.store)
    second = add_version(session.store, held(first.name), facts=5)
    rows = {row.version.name: row for row in version_rows(session)}
    found = {line.label: line for line in differences(rows[second.name], rows[first.name])}
    facts, must = found["Facts"], found["Must pass"]
    assert (facts.ours, facts.theirs, facts.value, facts.judgement) == ("5 of 10", "7 of 10", -2, "worse")
    assert (must.value, must.judgement) == (1, "better")
    assert found["All questions"].ours == "9 of 14"
    assert found["Right words"].unit == "percent" and found["Right words"].judgement == ""
    assert differences(rows[first.name], None) == []


def test_ratings_are_counted_by_version(session: Session) -> None:
    store, version = session.store, add_version(session.store)
    visitor = store.people.add_visitor()
    talk = store.conversations.start(visitor, "lamps")
    asked = store.conversations.add_user_message(talk, None, "May I return it?")
    trace = Trace(version=version.name)
    reply = store.conversations.begin_reply(talk, asked.id, trace)
    store.conversations.update_reply(reply.id, "Yes.", "complete", trace)
    store.feedback.rate(reply.id, visitor, "dislike")
    assert [(row.likes, row.dislikes) for row in version_rows(session)] == [(0, 1), (0, 0)]


def test_a_suite_of_ones_own_has_its_name() -> None:
    assert suite_words("my_questions") == ("My questions", "")
