"""Pictures in requests to `/v1`: taken as those of the chat page are, from the request itself and from nowhere else."""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO

from chatbot.dialogue.session import Session
from chatbot.errors import InputError
from chatbot.receiving.receiver import Receiver
from chatbot.records import Person

BASE64 = ";base64"


def take_pictures(session: Session, person: Person, addresses: Sequence[str]) -> list[str]:
    """Store the pictures that `data:` addresses hold; their ids, for the message that they go with."""
    receiver = Receiver(session.settings, session.store)
    if len(addresses) > session.settings.uploads_per_message:
        raise InputError(f"{session.settings.uploads_per_message} pictures fit with one message: send fewer at once")
    return [receiver.take(person, "picture", BytesIO(_held(address, receiver))).id for address in addresses]


def _held(address: str, receiver: Receiver) -> bytes:
    kind, _, coded = address.partition(",")
    if not kind.endswith(BASE64):
        raise InputError("a picture's address does not say ;base64, in front of it: code it in Base64")
    try:
        content = b64decode(coded, validate=True)
    except binascii.Error:
        raise InputError("a picture is not coded in Base64: code all of it, without line breaks") from None
    if len(content) > receiver.largest:
        raise InputError(receiver.too_large)
    return content
