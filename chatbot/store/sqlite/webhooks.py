"""The outbox of webhooks in SQLite, filled in the transactions of whoever changes a case."""

from dataclasses import fields

from chatbot.broker import Happening
from chatbot.records import new_id, now
from chatbot.store.sqlite.database import Database
from chatbot.store.webhooks import Delivery, Webhooks

COLUMNS = ", ".join(field.name for field in fields(Delivery))
WITH_PEOPLE = ("waiting", "held")
TOLD = (*WITH_PEOPLE, "open", "done")


class SqliteWebhooks(Webhooks):
    """The tables of webhooks and deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.keepers.append(self._keep)

    def tell(self, url: str) -> None:
        with self._database.writing() as db:
            db.conn.execute("delete from webhooks where url != ?", [url])
            if url:
                db.conn.execute("insert or ignore into webhooks (url, since) values (?, ?)", [url, now()])

    def due(self, limit: int) -> list[Delivery]:
        rows = self._database.rows(
            f"select {COLUMNS} from deliveries where next_at <= :now order by next_at, at limit :limit",
            now=now(),
            limit=limit,
        )
        return [Delivery(**row) for row in rows]

    def next_at(self) -> str | None:
        row = self._database.row("select min(next_at) as moment from deliveries")
        return row["moment"] if row else None

    def delivered(self, delivery: Delivery) -> None:
        with self._database.writing() as db:
            db["deliveries"].delete_where("id = ?", [delivery.id])

    def postpone(self, delivery: Delivery, next_at: str) -> None:
        with self._database.writing() as db:
            db.conn.execute("update deliveries set tries = tries + 1, next_at = ? where id = ?", [next_at, delivery.id])

    def give_up(self, delivery: Delivery) -> None:
        with self._database.writing():
            self.delivered(delivery)
            self._database.event("system", "webhook_given_up", delivery.conversation, what=delivery.kind)

    def _keep(self, happening: Happening) -> None:
        """Write down what is to be told, in the transaction in which it happens."""
        kind = self._kind(happening)
        if kind:
            moment = now()
            self._database.here.conn.execute(
                "insert into deliveries (id, url, conversation, kind, message, at, next_at) "
                "select :id, url, :conversation, :kind, :message, :at, :at from webhooks",
                {
                    "id": f"msg_{new_id()}",
                    "conversation": happening.conversation,
                    "kind": kind,
                    "message": happening.detail.get("message"),
                    "at": moment,
                },
            )

    def _kind(self, happening: Happening) -> str:
        if happening.kind == "case" and happening.detail["status"] in TOLD:
            return f"case.{happening.detail['status']}"
        if happening.kind == "message":
            row = self._database.row(
                "select status from cases where conversation = :id and exists (select 1 from webhooks)",
                id=happening.conversation,
            )
            return "case.message" if row and row["status"] in WITH_PEOPLE else ""
        return ""
