"""The one way in for files: checked against what may be sent, made safe, and stored for a message to come.

receiver = Receiver(settings, store)
receiver.admit(person)                       # before anything is read
upload = receiver.take(person, "lamp.jpg", file)
"""

from typing import IO

from chatbot.errors import AccessError, BusyError, InputError
from chatbot.page_settings import MEGABYTE
from chatbot.receiving.kinds import kind_of
from chatbot.receiving.names import safe_name
from chatbot.receiving.pictures import KIND as PICTURE
from chatbot.receiving.pictures import remade
from chatbot.records import Person
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.uploads import Content, Upload

MOST_UNSENT = 3  # messages whose files may wait to be sent, as in several tabs
OFF = "files are not taken here: say it in words"


class Receiver:
    """Takes files for one installation."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    @property
    def largest(self) -> int:
        """The bytes of the largest file."""
        return int(self._settings.upload_megabytes * MEGABYTE)

    @property
    def too_large(self) -> str:
        """What is said of a larger one."""
        return f"this file is larger than {self._settings.upload_megabytes:g} MB: send a smaller one"

    def admit(self, person: Person) -> None:
        """Raise `AccessError`, `InputError` or `BusyError` where a person may send no further file now."""
        settings, uploads = self._settings, self._store.uploads
        if not settings.uploads:
            raise AccessError(OFF)
        if uploads.unsent(person) >= MOST_UNSENT * settings.uploads_per_message:
            raise InputError("too many files wait to be sent: send them, or try again in an hour, when they are gone")
        kept = uploads.kept(person)
        if kept.person >= settings.upload_quota_megabytes * MEGABYTE:
            most = f"{settings.upload_quota_megabytes:g} MB"
            raise InputError(f"your files take {most}, which is all there is: delete a chat with files to make room")
        if kept.everybody >= settings.uploads_kept_megabytes * MEGABYTE:
            raise BusyError("there is no room for files at the moment: describe it in words, or try again later")

    def take(self, person: Person, name: str, file: IO[bytes]) -> Upload:
        """Check a file, make it safe and store it; raises `InputError` for what is not taken."""
        self.admit(person)
        kind, uploads = kind_of(file, name), self._store.uploads
        if kind == PICTURE:
            picture = remade(file)
            content = Content(picture.whole, picture.small)
            return uploads.add(person, safe_name(name, kind), kind, content, picture.width, picture.height)
        return uploads.add(person, safe_name(name, kind), kind, Content(file.read()))
