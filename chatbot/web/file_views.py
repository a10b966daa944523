"""Files as pages and programs are told of them."""

from typing import TypedDict

from chatbot.store.uploads import Upload


class FileView(TypedDict):
    """A file that a visitor sent; `width` and `height` are those of a picture, else 0."""

    id: str
    name: str
    kind: str
    size: int
    width: int
    height: int


def file_view(upload: Upload) -> FileView:
    """What is told of a file."""
    return {
        "id": upload.id,
        "name": upload.name,
        "kind": upload.kind,
        "size": upload.size,
        "width": upload.width,
        "height": upload.height,
    }
