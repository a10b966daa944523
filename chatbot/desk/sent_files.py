"""Files that visitors sent, as programs are told of them: by webhooks, by `/v1` and on the command line."""

from typing import TypedDict

from chatbot.store.uploads import Upload

STAFF_FILES = "/review/api/uploads"
"""Where whoever is signed in as one of the staff gets them, below the address of the product."""


class ToldFile(TypedDict):
    """A file: `type` is its media type, `size` its bytes, `address` where the staff get it."""

    id: str
    name: str
    type: str
    size: int
    address: str


def told_file(upload: Upload) -> ToldFile:
    """What is told of a file."""
    return {
        "id": upload.id,
        "name": upload.name,
        "type": upload.kind,
        "size": upload.size,
        "address": f"{STAFF_FILES}/{upload.id}",
    }
