"""Files in the store: whose they are, which message they went with, and that they go with their conversation."""

import pytest

from chatbot.errors import NotFoundError
from chatbot.records import Message, Person, now
from chatbot.store.sqlite.store import SqliteStore
from chatbot.store.sqlite.upload_tables import TABLES
from chatbot.store.sqlite.uploads import SqliteUploads
from chatbot.store.uploads import Content, Upload

WORDS = Content(b"words")


def sent(store: SqliteStore, visitor: Person, *uploads: Upload) -> Message:
    conversation = store.conversations.start(visitor, "lamps")
    message = store.conversations.add_user_message(conversation, None, "Look at this")
    store.uploads.attach([upload.id for upload in uploads], message, visitor)
    return message


def test_a_file_is_its_senders_alone_and_goes_with_one_message(store: SqliteStore, visitor: Person) -> None:
    other = store.people.add_visitor()
    upload = store.uploads.add(visitor, "lamp.jpg", "image/jpeg", Content(b"whole", b"small"), 3, 2)
    assert store.uploads.get(upload.id, visitor) == upload and upload.size == 10 and upload.is_picture
    for person, identity in ((other, upload.id), (visitor, "nothing")):
        with pytest.raises(NotFoundError):
            store.uploads.get(identity, person)
    with pytest.raises(NotFoundError):
        sent(store, other, upload)
    message = sent(store, visitor, upload)
    (found,) = store.uploads.sent_with(message.id)
    assert found.conversation == message.conversation
    assert store.uploads.sent_in(message.conversation) == {message.id: [found]}
    with pytest.raises(NotFoundError, match="sent before"):
        sent(store, visitor, upload)
    with pytest.raises(NotFoundError, match="was sent"):
        store.uploads.discard(upload.id, visitor)


def test_an_edited_message_has_the_same_files(store: SqliteStore, visitor: Person) -> None:
    message = sent(store, visitor, store.uploads.add(visitor, "a.txt", "text/plain", WORDS))
    edited = store.conversations.add_user_message(store.conversations.get(message.conversation), None, "And this")
    store.uploads.carry(message, edited)
    assert store.uploads.sent_with(edited.id) == store.uploads.sent_with(message.id) != []


def test_what_is_not_sent_is_counted_taken_back_and_forgotten(store: SqliteStore, visitor: Person) -> None:
    other = store.people.add_visitor()
    first, second, theirs = (
        store.uploads.add(person, "a.txt", "text/plain", WORDS) for person in (visitor, visitor, other)
    )
    kept = store.uploads.kept(visitor)
    assert (store.uploads.unsent(visitor), kept.person, kept.everybody) == (2, 10, 15)
    store.uploads.discard(first.id, visitor)
    with pytest.raises(NotFoundError):
        store.uploads.content(first.id)
    assert store.uploads.forget_unsent(second.created_at) == 0
    assert store.uploads.forget_unsent(now(), visitor) == 1
    message = sent(store, other, theirs)
    assert store.uploads.forget_unsent(now()) == 0 and store.uploads.sent_with(message.id)


def test_files_go_with_their_conversation_and_with_their_person(store: SqliteStore, visitor: Person) -> None:
    message = sent(store, visitor, store.uploads.add(visitor, "a.txt", "text/plain", WORDS))
    store.uploads.add(visitor, "b.txt", "text/plain", WORDS)
    traces = store.erasures.traces([message.conversation])
    assert store.erasures.count(traces).uploads == 1
    store.erasures.erase(traces, visitor.actor, [visitor.id])
    for table in ("uploads", "upload_contents", "message_uploads"):
        assert store.database.rows(f"select * from {table}") == []
    assert len(TABLES) == 7 and isinstance(store.uploads, SqliteUploads)
