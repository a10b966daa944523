"""The rows of cases, kept true by those who write messages and ratings, within their transactions."""

from chatbot.broker import Happening
from chatbot.errors import NotFoundError
from chatbot.records import CaseReason, CaseStatus, Message, Person, Trace, now
from chatbot.store.sqlite.case_endings import count_ending
from chatbot.store.sqlite.case_places import insert_case, place_of, topic_of, worse
from chatbot.store.sqlite.case_search import CaseSearch
from chatbot.store.sqlite.database import Database, Row, Value


class CaseRows:
    """What happens to a case because of what is said in its conversation."""

    def __init__(self, database: Database, words: CaseSearch) -> None:
        self._database = database
        self._words = words

    def find(self, conversation_id: str) -> Row:
        """The row of a case; raises `NotFoundError`."""
        row = self._find(conversation_id)
        if row is None:
            raise NotFoundError(f"case {conversation_id!r} does not exist, or was deleted: reload the page")
        return row

    def change(self, conversation_id: str, **columns: Value) -> Row:
        """Set columns of a case; its place in the lists follows, and who holds it is told where that is new."""
        before = self.find(conversation_id)
        after = before | columns
        after["place"] = place_of(after["status"], after["reason"], after["waiting_since"], after["last_at"])
        with self._database.writing() as db:
            db["cases"].update(before["number"], {name: after[name] for name in (*columns, "place")})
            count_ending(db, conversation_id)
            if (before["status"], before["holder"]) != (after["status"], after["holder"]):
                self._tell(after, before["status"])
        return after

    def visitor_said(self, message: Message) -> None:
        """A message of the visitor opens a case that was done; while a person holds it, one waits for their words."""
        row = self._found_or_made(message)
        columns: dict[str, Value] = {"last_at": message.created_at, "unread": row["unread"] + 1}
        if row["status"] == "done":
            columns |= {"status": "open", "reason": "new"}
        if row["status"] == "held" and row["waiting_since"] is None:
            columns |= {"waiting_since": message.created_at}
        self.change(message.conversation, **columns)
        self._said(row["number"], message)

    def judged(self, message_id: str) -> None:
        """A message was rated, or a rating taken back."""
        row = self._database.row("select conversation from messages where id = :id", id=message_id)
        if row:
            self.count(row["conversation"])

    def count(self, conversation_id: str) -> None:
        """Tell anew what a conversation came to."""
        with self._database.writing() as db:
            count_ending(db, conversation_id)

    def history_said(self, message: Message) -> None:
        """A client tells of a message that was said elsewhere."""
        self._words.add(self._found_or_made(message)["number"], message.content)

    def agent_said(self, message: Message) -> None:
        """The visitor has the words of a person that they waited for."""
        row = self.change(message.conversation, last_at=message.created_at, waiting_since=None, unread=0)
        self._said(row["number"], message)

    def reply_began(self, message: Message) -> None:
        """The bot begins to write."""
        self.count(message.conversation)
        self._tell_reply(message.conversation, message.id, "began")

    def reply_ended(self, message_id: str, content: str, trace: Trace) -> None:
        """A reply is as whole as it will be."""
        row = self._database.row("select conversation from messages where id = :id", id=message_id)
        if row is None:
            return
        case = self.find(row["conversation"])
        told: CaseReason = "uncertain" if trace.uncertain else "new"
        self.change(
            row["conversation"],
            last_at=now(),
            version=trace.version,
            topic=topic_of(trace) or case["topic"],
            reason=worse(case["reason"], told),
        )
        self._words.add(case["number"], content)
        self._tell_reply(row["conversation"], message_id, "ended")

    def rated(self, message_id: str, person: Person, value: str) -> None:
        """What a visitor dislikes is worth a look."""
        row = self._database.row("select conversation from messages where id = :id", id=message_id)
        if row is None or value != "dislike" or person.role != "visitor":
            return
        case = self.find(row["conversation"])
        done = case["status"] == "done"
        reason = "disliked" if done else worse(case["reason"], "disliked")
        self.change(row["conversation"], reason=reason, status="open" if done else case["status"])
        self._database.happened(Happening("note", row["conversation"]))

    def noted(self, number: int, text: str) -> None:
        """Let what the staff wrote be found."""
        self._words.add(number, text)

    def _find(self, conversation_id: str) -> Row | None:
        return self._database.row("select * from cases where conversation = :id", id=conversation_id)

    def _found_or_made(self, message: Message) -> Row:
        row = self._find(message.conversation)
        if row is None:
            with self._database.writing() as db:
                insert_case(db, message.conversation, "open", "new", message.created_at)
            row = self.find(message.conversation)
        return row

    def _said(self, number: int, message: Message) -> None:
        self._words.add(number, message.content)
        told = {"message": message.id, "role": message.role, "author": message.author}
        self._database.happened(Happening("message", message.conversation, told))

    def _tell_reply(self, conversation_id: str, message_id: str, state: str) -> None:
        self._database.happened(Happening("reply", conversation_id, {"message": message_id, "state": state}))

    def _tell(self, row: Row, was: CaseStatus) -> None:
        told = {"status": row["status"], "was": was, "holder": row["holder"], "name": self.name(row["holder"])}
        self._database.happened(Happening("case", row["conversation"], told))

    def name(self, person_id: str | None) -> str:
        """What somebody of the staff is called; empty for nobody."""
        row = self._database.row("select name, role from people where id = :id", id=person_id)
        return str(row["name"] or row["role"]) if row else ""
