"""Files that visitors send, in SQLite; what belongs to a conversation is deleted with its row."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict

from chatbot.errors import NotFoundError
from chatbot.records import Message, Person, new_id, now
from chatbot.store.sqlite.database import Database
from chatbot.store.uploads import Content, Kept, Upload, Uploads

OF_PERSON = "(:person is null or person = :person)"


class SqliteUploads(Uploads):
    """The tables of files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, person: Person, name: str, kind: str, content: Content, width: int = 0, height: int = 0) -> Upload:
        size = len(content.whole) + len(content.small)
        upload = Upload(new_id(), person.id, None, name, kind, size, width, height, now())
        with self._database.writing() as db:
            db["uploads"].insert(asdict(upload))
            db["upload_contents"].insert({"upload": upload.id, "whole": content.whole, "small": content.small})
            self._database.event(person.actor, "file_taken", upload.id, type=kind, bytes=size)
        return upload

    def get(self, upload_id: str, person: Person | None = None) -> Upload:
        row = self._database.row(
            f"select * from uploads where id = :id and {OF_PERSON}", id=upload_id, person=person.id if person else None
        )
        if row is None:
            raise NotFoundError(f"file {upload_id!r} does not exist: it was deleted, or never sent")
        return Upload(**row)

    def content(self, upload_id: str) -> Content:
        row = self._database.row("select whole, small from upload_contents where upload = :id", id=upload_id)
        if row is None:
            raise NotFoundError(f"file {upload_id!r} does not exist: it was deleted, or never sent")
        return Content(**row)

    def attach(self, upload_ids: Sequence[str], message: Message, person: Person) -> None:
        with self._database.writing() as db:
            for upload_id in upload_ids:
                upload = self.get(upload_id, person)
                if upload.conversation is not None:
                    raise NotFoundError(f"{upload.name!r} was sent before: attach it again")
                db["uploads"].update(upload.id, {"conversation": message.conversation})
                db["message_uploads"].insert({"message": message.id, "upload": upload.id})

    def carry(self, before: Message, message: Message) -> None:
        with self._database.writing() as db:
            for upload in self.sent_with(before.id):
                db["message_uploads"].insert({"message": message.id, "upload": upload.id})

    def sent_with(self, message_id: str) -> list[Upload]:
        rows = self._database.rows(
            "select uploads.* from message_uploads join uploads on uploads.id = message_uploads.upload "
            "where message = :id order by uploads.created_at",
            id=message_id,
        )
        return [Upload(**row) for row in rows]

    def sent_in(self, conversation_id: str) -> dict[str, list[Upload]]:
        rows = self._database.rows(
            "select message_uploads.message as of_message, uploads.* from uploads "
            "join message_uploads on message_uploads.upload = uploads.id "
            "where uploads.conversation = :id order by uploads.created_at",
            id=conversation_id,
        )
        found: dict[str, list[Upload]] = defaultdict(list)
        for row in rows:
            found[row.pop("of_message")].append(Upload(**row))
        return found

    def unsent(self, person: Person) -> int:
        row = self._database.row(
            "select count(*) as n from uploads where person = :id and conversation is null", id=person.id
        )
        return int(row["n"]) if row else 0

    def kept(self, person: Person) -> Kept:
        row = self._database.row(
            "select coalesce(sum(size) filter (where person = :id), 0) as person, "
            "coalesce(sum(size), 0) as everybody from uploads",
            id=person.id,
        )
        return Kept(**(row or {}))

    def discard(self, upload_id: str, person: Person) -> None:
        with self._database.writing() as db:
            if self.get(upload_id, person).conversation is not None:
                raise NotFoundError(f"file {upload_id!r} was sent: delete the chat to delete it")
            db["uploads"].delete(upload_id)

    def forget_unsent(self, before: str, person: Person | None = None) -> int:
        owner = person.id if person else None
        unsent = f"from uploads where conversation is null and created_at < :before and {OF_PERSON}"
        if not self._database.row(f"select 1 {unsent} limit 1", before=before, person=owner):
            return 0
        with self._database.writing() as db:
            return int(db.conn.execute(f"delete {unsent}", {"before": before, "person": owner}).rowcount)
