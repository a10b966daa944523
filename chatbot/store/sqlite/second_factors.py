"""Second factors in SQLite."""

import base64
import hmac
import secrets
import time

import pyotp

from chatbot.errors import InputError, NotFoundError
from chatbot.records import Person, now
from chatbot.store.keys import digest_of
from chatbot.store.second_factors import RECOVERY_CODES, STEP_SECONDS, SecondFactors
from chatbot.store.sqlite.database import Database, Row

STEPS_AROUND = (-1, 0, 1)
RECOVERY_BYTES = 10


class SqliteSecondFactors(SecondFactors):
    """The tables of secrets and of recovery codes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def propose(self, person: Person) -> str:
        secret = pyotp.random_base32()
        with self._database.writing() as db:
            if self.is_on(person):
                raise InputError("codes are asked for already: turn them off before you set up another app")
            row = {"person": person.id, "secret": secret, "on_at": None, "last_step": 0}
            db["second_factors"].insert(row, replace=True)
        return secret

    def turn_on(self, person: Person, code: str) -> list[str]:
        with self._database.writing() as db:
            row = self._row(person)
            if row is None or row["on_at"]:
                raise InputError("no app is being set up: begin again")
            if not self._take_code(row, code):
                raise InputError("this is not the app's present code: check the clock of your device, and try again")
            codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
            db["second_factors"].update(person.id, {"on_at": now()})
            rows = [{"person": person.id, "digest": digest_of(one), "used_at": None} for one in codes]
            db["recovery_codes"].insert_all(rows)
            self._database.event(person.actor, "second_factor_on", person.id)
        return [_in_groups(one) for one in codes]

    def is_on(self, person: Person) -> bool:
        row = self._row(person)
        return row is not None and row["on_at"] is not None

    def recovery_codes_left(self, person: Person) -> int:
        rows = self._database.rows(
            "select 1 from recovery_codes where person = :person and used_at is null", person=person.id
        )
        return len(rows)

    def check(self, person: Person, code: str) -> bool:
        with self._database.writing():
            row = self._row(person)
            if row is None or row["on_at"] is None:
                return False
            return self._take_code(row, code) or self._take_recovery_code(person, code)

    def turn_off(self, person: Person, actor: str) -> None:
        with self._database.writing() as db:
            if not self.is_on(person):
                raise NotFoundError(f"{person.name} is not asked for codes: there is nothing to turn off")
            db["second_factors"].delete(person.id)
            db["recovery_codes"].delete_where("person = ?", [person.id])
            self._database.event(actor, "second_factor_off", person.id)

    def _row(self, person: Person) -> Row | None:
        return self._database.row("select * from second_factors where person = :person", person=person.id)

    def _take_code(self, row: Row, code: str) -> bool:
        """Whether a code is that of now or of the step before or after, and later than the last that was taken."""
        given, app = "".join(code.split()), pyotp.TOTP(row["secret"])
        present = int(time.time()) // STEP_SECONDS
        for step in (present + around for around in STEPS_AROUND):
            matches = hmac.compare_digest(app.generate_otp(step).encode(), given.encode())
            if matches and step > row["last_step"]:
                with self._database.writing() as db:
                    db["second_factors"].update(row["person"], {"last_step": step})
                return True
        return False

    def _take_recovery_code(self, person: Person, code: str) -> bool:
        digest = digest_of("".join(sign for sign in code.lower() if sign.isalnum()))
        with self._database.writing() as db:
            taken: int = db.conn.execute(
                "update recovery_codes set used_at = ? where person = ? and digest = ? and used_at is null",
                [now(), person.id, digest],
            ).rowcount
            if taken:
                self._database.event(person.actor, "recovery_code_used", person.id)
        return taken > 0


def _recovery_code() -> str:
    return base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()


def _in_groups(code: str) -> str:
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))
