"""Messages with files: seen by a model that sees, passed on to a colleague by any other."""

import json
from base64 import b64decode
from pathlib import Path

import pytest

from chatbot.dialogue.attached import SENT_A_FILE
from chatbot.dialogue.session import Session
from chatbot.engines.chat_completions import request_body
from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person, Sampling
from chatbot.settings import load_settings
from chatbot.store import Store
from chatbot.store.uploads import Content, Upload
from tests.chatbot.conftest import OpenChat, last
from tests.chatbot.dialogue.test_session import ListeningEngine


def seeing(chat: Session, pack: str) -> Session:
    """The session with an engine that is said to see."""
    chat.settings = load_settings(engine="remote", remote_sees=True, replies="write", min_score=0.1, pack=pack)
    return chat


def photo(store: Store, person: Person) -> Upload:
    return store.uploads.add(person, "lamp.jpg", "image/jpeg", Content(b"the picture", b"small"), 4, 3)


def test_a_bot_that_does_not_see_says_so_and_a_colleague_is_called(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    chat, uploads = open_chat(), [photo(store, visitor).id]
    update = last(chat.say(visitor, "  ", uploads=uploads))
    assert update.text == "I cannot look at files myself. I am passing you on to a colleague."
    assert (update.trace.act, update.trace.handoff) == ("handoff", SENT_A_FILE)
    case = store.cases.get(update.conversation)
    assert (case.status, case.reason) == ("waiting", "handed off")
    question = store.conversations.path(store.conversations.get(update.conversation).head)[0]
    assert question.content == chat.pack.persona.texts.attached
    assert [one.id for one in store.uploads.sent_with(question.id)] == uploads
    again = last(chat.say(visitor, "And this?", update.conversation, uploads=[photo(store, visitor).id]))
    assert again.text == "I cannot look at files myself."


def test_what_the_articles_answer_is_told_before_a_colleague_looks(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    update = last(open_chat().say(visitor, "what does sending back cost", uploads=[photo(store, visitor).id]))
    assert "A return costs £3.50." in update.text.split("\n\n")[0]
    assert update.text.endswith("\n\nI cannot look at files myself. I am passing you on to a colleague.")
    assert update.trace.handoff == SENT_A_FILE


def test_what_a_rule_hands_over_keeps_its_words(open_chat: OpenChat, store: Store, visitor: Person) -> None:
    update = last(open_chat().say(visitor, "speak to a human please", uploads=[photo(store, visitor).id]))
    assert update.text == "I am passing you on to a colleague." and update.trace.handoff != SENT_A_FILE


def test_a_model_that_sees_is_given_the_picture_and_is_not_held_to_passages(
    open_chat: OpenChat, store: Store, visitor: Person, pack_folder: Path
) -> None:
    engine = ListeningEngine("The shade has a crack.")
    chat = seeing(open_chat(engine), str(pack_folder))
    update = last(chat.say(visitor, "what is broken here?", uploads=[photo(store, visitor).id]))
    assert update.text == "The shade has a crack." and update.trace.act == "answer"
    (address,) = engine.prompts[-1][-1]["images"]
    kind, _, coded = address.partition(",")
    assert kind == "data:image/jpeg;base64" and b64decode(coded) == b"the picture"
    body = json.dumps(request_body("m", engine.prompts[-1], Sampling()))
    shown, words = json.loads(body)["messages"][-1]["content"]
    assert shown == {"type": "image_url", "image_url": {"url": address}}
    assert words["text"].endswith("what is broken here?")
    last(chat.say(visitor, "how long may I return a lamp", update.conversation))
    assert all("images" not in message for message in engine.prompts[-1])


def test_what_no_model_sees_waits_for_a_colleague_all_the_same(
    open_chat: OpenChat, store: Store, visitor: Person, pack_folder: Path
) -> None:
    paper = store.uploads.add(visitor, "a.pdf", "application/pdf", Content(b"%PDF-"))
    chat = seeing(open_chat(), str(pack_folder))
    update = last(chat.say(visitor, "My invoice", uploads=[photo(store, visitor).id, paper.id]))
    assert update.trace.handoff == SENT_A_FILE


def test_an_edit_keeps_the_files_and_a_refused_message_leaves_nothing(
    open_chat: OpenChat, store: Store, visitor: Person
) -> None:
    chat, upload = open_chat(), photo(store, visitor)
    for uploads, error in ((["other"], NotFoundError), ([upload.id] * 5, InputError)):
        with pytest.raises(error):
            chat.say(visitor, "Look", uploads=uploads)
    assert store.erasures.named(visitor.id) == []
    update = last(chat.say(visitor, "Look", uploads=[upload.id]))
    question = store.conversations.path(store.conversations.get(update.conversation).head)[0]
    edited = last(chat.edit(visitor, question.id, "Look here"))
    assert edited.trace.handoff == SENT_A_FILE
