"""The way in for files: what is stored of them, and how many a person may send."""

from io import BytesIO

import pytest

from chatbot.errors import AccessError, BusyError, InputError
from chatbot.receiving.receiver import MOST_UNSENT, Receiver
from chatbot.records import Person
from chatbot.settings import load_settings
from chatbot.store import Store
from tests.pictures import PDF, picture


def test_a_picture_is_stored_as_it_was_made_anew_and_other_files_as_they_are(store: Store, visitor: Person) -> None:
    receiver = Receiver(load_settings(), store)
    shown = receiver.take(visitor, "../lamp.png", BytesIO(picture(form="PNG")))
    assert (shown.name, shown.kind, shown.width, shown.height) == ("lamp.jpg", "image/jpeg", 60, 40)
    content = store.uploads.content(shown.id)
    assert content.whole[:2] == content.small[:2] == b"\xff\xd8"
    paper = receiver.take(visitor, "invoice.pdf", BytesIO(PDF))
    assert store.uploads.content(paper.id).whole == PDF and not paper.is_picture
    assert receiver.largest == 10_000_000 and "10 MB" in receiver.too_large


@pytest.mark.parametrize(
    ("settings", "error", "told"),
    [
        ({"uploads": False}, AccessError, "not taken here"),
        ({"upload_quota_megabytes": 0.00001}, InputError, "delete a chat"),
        ({"uploads_kept_megabytes": 0.00001}, BusyError, "no room"),
    ],
)
def test_what_there_is_no_room_for_is_refused(
    store: Store, visitor: Person, settings: dict[str, object], error: type[Exception], told: str
) -> None:
    Receiver(load_settings(), store).take(visitor, "a.txt", BytesIO(b"eleven bytes"))
    with pytest.raises(error, match=told):
        Receiver(load_settings(**settings), store).admit(visitor)


def test_files_that_are_not_sent_are_bounded_for_each_person(store: Store, visitor: Person) -> None:
    receiver, other = Receiver(load_settings(uploads_per_message=1), store), store.people.add_visitor()
    for _ in range(MOST_UNSENT):
        receiver.take(visitor, "a.txt", BytesIO(b"words"))
    with pytest.raises(InputError, match="wait to be sent"):
        receiver.admit(visitor)
    receiver.admit(other)
