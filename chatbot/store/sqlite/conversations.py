"""Conversations and messages in SQLite: what an edit leaves is a row with the same parent."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict

from chatbot.errors import InputError, NotFoundError
from chatbot.records import ChatMessage, Conversation, Message, Person, ReplyStatus, Speaker, Trace, new_id, now
from chatbot.store.conversations import TITLE_CHARS, Conversations, Exchange, title_of
from chatbot.store.sqlite.case_rows import CaseRows
from chatbot.store.sqlite.database import Database
from chatbot.store.sqlite.messages import add_message, message_of, trace_columns

HELD = Trace(act="held")


class SqliteConversations(Conversations):
    """The tables of conversations and messages."""

    def __init__(self, database: Database, cases: CaseRows) -> None:
        self._database = database
        self._cases = cases

    def start(self, person: Person, pack: str, title: str = "New chat") -> Conversation:
        moment = now()
        conversation = Conversation(new_id(), person.id, pack, title[:TITLE_CHARS], None, moment, moment)
        with self._database.writing() as db:
            db["conversations"].insert(asdict(conversation))
        return conversation

    def get(self, conversation_id: str, person: Person | None = None) -> Conversation:
        row = self._database.row("select * from conversations where id = :id", id=conversation_id)
        if row is None or (person is not None and row["person"] != person.id):
            raise NotFoundError(f"conversation {conversation_id!r} does not exist: start a new chat")
        return Conversation(**row)

    def of(self, person: Person, limit: int | None = 50) -> list[Conversation]:
        rows = self._database.rows(
            "select * from conversations where person = :person and head is not null order by updated_at desc limit :n",
            person=person.id,
            n=-1 if limit is None else limit,
        )
        return [Conversation(**row) for row in rows]

    def search(self, person: Person, words: str, limit: int = 50) -> list[Conversation]:
        rows = self._database.rows(
            r"""
            with wanted(pattern) as (select '%' || value || '%' from json_each(:words))
            select * from conversations where person = :person and head is not null and not exists (
                select 1 from wanted where title not like pattern escape '\' and not exists (
                    select 1 from messages
                    where messages.conversation = conversations.id and content like pattern escape '\'
                )
            )
            order by updated_at desc limit :n
            """,
            person=person.id,
            words=json.dumps([re.sub(r"([%_\\])", r"\\\1", word) for word in words.split()]),
            n=limit,
        )
        return [Conversation(**row) for row in rows]

    def rename(self, conversation_id: str, title: str, person: Person) -> None:
        if not (shown := title_of(title)):
            raise InputError("the title is empty: write at least one letter")
        with self._database.writing() as db:
            db["conversations"].update(conversation_id, {"title": shown, "titled": "person"})
            self._database.event(person.actor, "renamed", conversation_id)

    def retitle(self, conversation_id: str, title: str) -> None:
        with self._database.writing() as db:
            db.conn.execute(
                "update conversations set title = ?, titled = 'talk' where id = ? and titled = 'message'",
                [title_of(title), conversation_id],
            )

    def add_user_message(
        self, conversation: Conversation, parent: str | None, content: str, held: bool = False
    ) -> Message:
        trace = HELD if held else None
        message = Message(new_id(), conversation.id, parent, "user", content, "complete", now(), trace)
        with self._database.writing():
            add_message(self._database, message, title=content if parent is None else None)
            self._cases.visitor_said(message)
        return message

    def mark_held(self, message_id: str, held: bool) -> None:
        with self._database.writing() as db:
            db["messages"].update(message_id, {"trace": json.dumps(asdict(HELD)) if held else None})

    def add_history(self, conversation: Conversation, messages: Sequence[ChatMessage]) -> str | None:
        parent: str | None = None
        with self._database.writing():
            for said in messages:
                role: Speaker = "assistant" if said["role"] == "assistant" else "user"
                message = Message(new_id(), conversation.id, parent, role, said["content"], "complete", now())
                add_message(self._database, message, title=said["content"] if parent is None else None)
                self._cases.history_said(message)
                parent = message.id
            self._cases.count(conversation.id)
        return parent

    def begin_reply(self, conversation: Conversation, parent: str, trace: Trace) -> Message:
        message = Message(new_id(), conversation.id, parent, "assistant", "", "streaming", now(), trace)
        with self._database.writing():
            add_message(self._database, message)
            self._cases.reply_began(message)
        return message

    def update_reply(self, message_id: str, content: str, status: ReplyStatus, trace: Trace) -> None:
        values = {"content": content, "status": status, **trace_columns(trace)}
        with self._database.writing() as db:
            db["messages"].update(message_id, values)
            if status != "streaming":
                self._cases.reply_ended(message_id, content, trace)

    def message(self, message_id: str) -> Message:
        row = self._database.row("select * from messages where id = :id", id=message_id)
        if row is None:
            raise NotFoundError(f"message {message_id!r} does not exist")
        return message_of(row)

    def messages(self, conversation_id: str) -> list[Message]:
        rows = self._database.rows(
            "select * from messages where conversation = :conversation order by created_at",
            conversation=conversation_id,
        )
        return [message_of(row) for row in rows]

    def path(self, leaf: str | None) -> list[Message]:
        rows = self._database.rows(
            """
            with recursive branch(id, depth) as (
                select id, 0 from messages where id = :leaf
                union all
                select messages.parent, depth + 1 from messages join branch on messages.id = branch.id
                where messages.parent is not null
            )
            select messages.* from branch join messages using (id) order by depth desc
            """,
            leaf=leaf,
        )
        return [message_of(row) for row in rows]

    def exchanges(self, limit: int) -> list[Exchange]:
        rows = self._database.rows(
            "select replies.conversation, replies.id as reply, questions.content as question, "
            "replies.content as answer from messages as replies join messages as questions "
            "on questions.id = replies.parent where replies.role = 'assistant' and replies.status = 'complete' "
            "and questions.role = 'user' and replies.version is not null order by replies.rowid desc limit :limit",
            limit=limit,
        )
        return [Exchange(**row) for row in rows]

    def siblings(self, message: Message) -> list[Message]:
        rows = self._database.rows(
            "select * from messages where conversation = :conversation and parent is :parent and role = :role "
            "order by created_at",
            conversation=message.conversation,
            parent=message.parent,
            role=message.role,
        )
        return [message_of(row) for row in rows]

    def leaf(self, message: Message) -> str:
        rows = self._database.rows(
            """
            with recursive branch(id) as (
                select :id
                union all
                select (select id from messages where parent = branch.id order by created_at desc limit 1)
                from branch where branch.id is not null
            )
            select id from branch where id is not null
            """,
            id=message.id,
        )
        return str(rows[-1]["id"])

    def set_head(self, conversation_id: str, head: str | None) -> None:
        with self._database.writing() as db:
            db["conversations"].update(conversation_id, {"head": head})

    def mark_interrupted(self) -> int:
        with self._database.writing() as db:
            left = db.conn.execute(
                "update messages set status = 'interrupted' where status = 'streaming' returning conversation"
            ).fetchall()
            for (conversation,) in left:
                self._cases.count(conversation)
            return len(left)
