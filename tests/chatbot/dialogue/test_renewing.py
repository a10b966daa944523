"""A changed pack answers without a restart; replies under way end with what they began with."""

import threading
from pathlib import Path

import pytest

from chatbot.dialogue.renewing import Renewal
from chatbot.dialogue.session import Session
from chatbot.errors import PackError
from chatbot.knowledge.editing.editor import PackEditor
from chatbot.knowledge.editing.files import article_file, rule_file
from chatbot.knowledge.knowledge import Knowledge, renewed
from chatbot.store.sqlite.store import SqliteStore

RETURNS = article_file("returns")
ASKED = "How long can a lamp be returned?"
RULE = (
    'action = "decline"\nmessage = "We do not talk about politics."\n'
    'examples = ["who will win the election", "what do you think of the government", "is the president right", '
    '"vote for whom", "which party is best"]\n'
)


def said(session: Session, text: str) -> str:
    *_, last = session.say(session.store.people.add_visitor(), text)
    return last.text


def change(editor: PackEditor, name: str, old: str, new: str) -> None:
    file = editor.read(name)
    editor.save(name, str(file.text).replace(old, new), file.revision, "operator:Olga")


@pytest.fixture
def editor(chat: Session, store: SqliteStore) -> PackEditor:
    return PackEditor(chat.settings, store)


def test_what_is_saved_answers_at_once(chat: Session, editor: PackEditor) -> None:
    renewal = Renewal(chat)
    with chat.live.lease() as (_, before):
        change(editor, RETURNS, "30 days", "60 days")
        renewal.now()
        assert "60 days" in said(chat, ASKED)
        assert "30 days" in before.index.search([ASKED], 1)[0].text
    assert any("60 days" in piece.text for piece in chat.pack.pieces)
    renewal.finish()
    assert renewal.fault == ""


def test_a_rule_is_learned_anew(chat: Session, editor: PackEditor) -> None:
    renewal = Renewal(chat)
    editor.save(rule_file("politics"), RULE, "", "operator:Olga")
    renewal.now()
    renewal.finish()
    with chat.live.lease() as (_, knowledge):
        found = knowledge.router.route("who will win the election").rule
    assert found and found.message == "We do not talk about politics."


def test_what_another_process_saves_is_heard_of(chat: Session, editor: PackEditor) -> None:
    done = threading.Event()
    renewal = Renewal(chat)
    usual, renewal.now = renewal.now, lambda: (usual(), done.set())[0]  # type: ignore[method-assign, func-returns-value]
    change(editor, RETURNS, "30 days", "45 days")
    assert done.wait(10) and "45 days" in said(chat, ASKED)
    renewal.finish()


def test_a_pack_that_does_not_load_leaves_the_one_that_answers(chat: Session, pack_folder: Path) -> None:
    renewal = Renewal(chat)
    (pack_folder / RETURNS).write_text("no title", encoding="utf-8")
    with pytest.raises(PackError):
        renewal.now()
    assert "30 days" in said(chat, ASKED)


def test_the_next_change_does_not_wait_for_the_routing_of_the_one_before(
    chat: Session, editor: PackEditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewal, going_on = Renewal(chat), threading.Event()

    def slow(*given: object) -> Knowledge:
        assert going_on.wait(10)
        return renewed(*given)  # type: ignore[arg-type]

    monkeypatch.setattr("chatbot.dialogue.renewing.renewed", slow)
    for days in (40, 50):
        change(editor, RETURNS, "30 days" if days == 40 else "40 days", f"{days} days")
        renewal.now()
        assert f"{days} days" in said(chat, ASKED)
    going_on.set()
    renewal.finish()
    assert "50 days" in said(chat, ASKED) and renewal.fault == ""
