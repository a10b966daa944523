"""Sign-ins in SQLite."""

import contextlib
import secrets
from datetime import datetime, timedelta

from chatbot.errors import AccessError, NotFoundError, UserError
from chatbot.records import Person, SignIn, new_id, now
from chatbot.store.keys import digest_of
from chatbot.store.sign_ins import MOST_WRONG_CODES, SIGN_IN_SECONDS, WAITING_SECONDS, SignIns
from chatbot.store.sqlite.database import Database, Row

SEEN_SECONDS = 60
KEPT_SECONDS = 30 * 24 * 3600


class SqliteSignIns(SignIns):
    """The table of sign-ins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, person: Person, address: str, browser: str, waiting: bool = False) -> str:
        token, moment = secrets.token_urlsafe(32), now()
        row = {"id": new_id(), "digest": digest_of(token), "person": person.id, "address": address, "browser": browser}
        with self._database.writing() as db:
            account = self._database.row(
                "select 1 from people where id = :id and generation = :generation and disabled_at is null "
                "and deleted_at is null",
                id=person.id,
                generation=person.generation,
            )
            if account is None:
                raise AccessError("this account was changed in the meantime: sign in again")
            db["sign_ins"].delete_where("begun_at < ?", [_ago(KEPT_SECONDS)])
            times = {"begun_at": moment, "seen_at": moment, "ended_at": None}
            db["sign_ins"].insert(row | times | {"waiting": int(waiting), "misses": 0})
            if not waiting:
                self._database.event(person.actor, "signed_in", person.id, address=address, browser=browser)
        return token

    def find(self, token: str) -> SignIn | None:
        found = self._find(token, 0, SIGN_IN_SECONDS)
        if found and not _ago(SEEN_SECONDS) < found.seen_at <= now():
            with contextlib.suppress(UserError), self._database.writing() as db:
                db["sign_ins"].update(found.id, {"seen_at": now()})
        return found

    def waiting(self, token: str) -> SignIn | None:
        return self._find(token, 1, WAITING_SECONDS)

    def missed(self, sign_in: SignIn) -> None:
        with self._database.writing() as db:
            db.conn.execute("update sign_ins set misses = misses + 1 where id = ?", [sign_in.id])
            db.conn.execute(
                "update sign_ins set ended_at = ? where id = ? and misses >= ?", [now(), sign_in.id, MOST_WRONG_CODES]
            )

    def of(self, person: Person) -> list[SignIn]:
        rows = self._database.rows(
            "select * from sign_ins where person = :person and ended_at is null and waiting = 0 and begun_at > :since "
            "order by seen_at desc, rowid desc",
            person=person.id,
            since=_ago(SIGN_IN_SECONDS),
        )
        return [_sign_in(row) for row in rows]

    def end(self, person: Person, sign_in_id: str) -> None:
        with self._database.writing() as db:
            ended = db.conn.execute(
                "update sign_ins set ended_at = ? where id = ? and person = ? and ended_at is null",
                [now(), sign_in_id, person.id],
            ).rowcount
            if not ended:
                raise NotFoundError("this sign-in has ended already: reload the page")
            self._database.event(person.actor, "signed_out", person.id)

    def end_all(self, person: Person, but: str | None = None) -> int:
        with self._database.writing() as db:
            ended: int = db.conn.execute(
                "update sign_ins set ended_at = ? where person = ? and id is not ? and ended_at is null",
                [now(), person.id, but],
            ).rowcount
            if ended:
                self._database.event(person.actor, "signed_out", person.id, ended=ended)
        return ended

    def _find(self, token: str, waiting: int, seconds: int) -> SignIn | None:
        row = self._database.row(
            "select * from sign_ins where digest = :digest and waiting = :waiting and ended_at is null "
            "and begun_at > :since",
            digest=digest_of(token),
            waiting=waiting,
            since=_ago(seconds),
        )
        return _sign_in(row) if row else None


def _ago(seconds: int) -> str:
    moment = datetime.fromisoformat(now()) - timedelta(seconds=seconds)
    return moment.isoformat(timespec="microseconds")


def _sign_in(row: Row) -> SignIn:
    return SignIn(row["id"], row["person"], row["begun_at"], row["seen_at"], row["address"], row["browser"])
