"""Pictures over `/v1`: taken from the request itself, and passed on where no model sees."""

from base64 import b64encode

import pytest

from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.web.api_pictures import take_pictures
from tests.pictures import bomb, picture


def data(content: bytes, kind: str = "image/jpeg;base64") -> str:
    return f"data:{kind},{b64encode(content).decode()}"


def test_a_picture_is_made_anew_and_stored(session: Session) -> None:
    person = session.store.people.add_visitor()
    (identity,) = take_pictures(session, person, [data(picture(form="PNG"), "image/png;base64")])
    upload = session.store.uploads.get(identity, person)
    assert (upload.name, upload.kind, upload.width) == ("picture.jpg", "image/jpeg", 60)


@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ([data(picture(), "image/jpeg")], ";base64"),
        (["data:image/png;base64,no base64!"], "not coded"),
        ([data(bomb())], "million pixels"),
        ([data(b"<svg><script>")], "not taken"),
        ([data(bytes(10_000_001))], "10 MB"),
        ([data(picture())] * 5, "4 pictures fit"),
    ],
)
def test_anything_else_is_refused_in_words(session: Session, addresses: list[str], told: str) -> None:
    with pytest.raises(InputError, match=told):
        take_pictures(session, session.store.people.add_visitor(), addresses)
