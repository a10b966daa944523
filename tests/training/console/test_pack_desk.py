"""What operators do with the pack of a running product: what is saved answers at once, in the next reply."""

from collections.abc import Iterator

import pytest

from chatbot.dialogue.session import Session
from chatbot.errors import NotFoundError
from chatbot.knowledge.editing.files import article_file
from chatbot.records import Person
from training.console.pack_desk import PackDesk

RETURNS = article_file("returns")
ASKED = "How long can a lamp be returned?"


@pytest.fixture
def desk(session: Session) -> Iterator[PackDesk]:
    desk = PackDesk(session)
    yield desk
    desk.renewal.finish()


@pytest.fixture
def olga(session: Session) -> Person:
    return session.store.people.add_staff("Olga", "operator", "correct horse battery")


def said(session: Session, text: str) -> str:
    *_, last = session.say(session.store.people.add_visitor(), text)
    return last.text


def test_what_is_saved_is_the_next_reply(desk: PackDesk, session: Session, olga: Person) -> None:
    opened = desk.opened(RETURNS)
    saved = desk.save(RETURNS, opened.text.replace("30 days", "60 days"), opened.revision, olga)
    assert "60 days" in said(session, ASKED)
    assert (saved.change, saved.copied) == (1, False) and saved.revision == desk.opened(RETURNS).revision
    row = next(one for one in desk.shelf().articles if one.file == RETURNS)
    assert (row.title, row.about, row.by) == ("Returns", "2 passages", "Olga")
    whole = desk.change(1)
    assert [(line.kind, line.text[:32]) for line in whole.lines if line.kind != "same"] == [
        ("removed", "A lamp can be returned within 30"),
        ("added", "A lamp can be returned within 60"),
    ]
    assert whole.later == 0 and whole.revision == saved.revision
    desk.undo(1, whole.revision, olga)
    assert "30 days" in said(session, ASKED)
    assert [(one.number, one.undoes) for one in desk.changes()] == [(2, 1), (1, None)]


def test_a_draft_is_read_without_being_saved(desk: PackDesk, session: Session) -> None:
    text = "# Gift cards\n\nA gift card is valid for **two** years.\n\n## Price\n\nA gift card costs £10.\n"
    checked = desk.checked(article_file(""), text)
    assert checked.faults == [] and checked.suggested == "gift-cards" and checked.passages == 2
    assert "<strong>two</strong>" in checked.html and "<h1>Gift cards</h1>" in checked.html
    assert desk.checked(article_file(""), "# Returns\n\nAnother.\n").suggested == "returns-2"
    faults = desk.checked(RETURNS, "no title").faults
    assert faults == ["articles/returns.md:1: must begin with a title, '# …'"]
    told = desk.checked(RETURNS, desk.opened(RETURNS).text + "\nA lamp can be returned within 14 days of delivery.\n")
    assert len(told.remarks) == 1 and "disagree" in told.remarks[0]
    assert [one.file for one in desk.shelf().articles] == [article_file("delivery"), RETURNS]
    assert said(session, ASKED)


def test_words_are_found_in_what_articles_say(desk: PackDesk) -> None:
    found = desk.places("30 DAYS")
    assert [(place.file, place.found) for place in found] == [(RETURNS, "30 days")]
    assert desk.opened(RETURNS).text.split("\n")[found[0].line - 1].endswith(f"30 days{found[0].after}")
    assert desk.places("") == []


def test_questions_tell_what_an_article_is_found_by(desk: PackDesk) -> None:
    found = desk.finds(RETURNS, "# Returns\n\nAsk us about that.\n", ["when must a lamp be back"])
    assert (found.known, found.before) == (12, 12) and found.after < 12 and len(found.lost) == 12 - found.after
    assert found.asked[0].before.title == "Returns › Time" and found.asked[0].after.title != "Returns › Time"


def test_an_answer_is_changed_in_its_place(desk: PackDesk, olga: Person) -> None:
    first = desk.approve("Do you sell shades?", "Yes.", "", olga)[0]
    second = desk.approve("Do you sell shades?", "Yes, in six colours.", first.id, olga)
    assert [(one.response, one.author) for one in second] == [("Yes, in six colours.", "Olga")]
    with pytest.raises(NotFoundError, match="withdrawn or changed"):
        desk.approve("Do you sell shades?", "No.", first.id, olga)
    assert desk.answers() == second


def test_rules_and_the_persona_are_forms(desk: PackDesk) -> None:
    opened = desk.opened("pack.toml")
    assert opened.persona and opened.persona.greeting == "Hello!" and opened.rule is None
    assert desk.opened(RETURNS).persona is None
