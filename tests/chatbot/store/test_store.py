"""What is remembered, by whom it was said, and what survives a crash or a bad disk."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatbot.errors import InputError, NotFoundError, UserError
from chatbot.records import ChatMessage, Conversation, Message, Person, Trace
from chatbot.store import open_store
from chatbot.store.conversations import Exchange
from chatbot.store.erasures import Traces
from chatbot.store.sqlite.database import Database
from chatbot.store.sqlite.store import SqliteStore

PASSWORD = "a long enough password"
WRITER = """
import sys
from pathlib import Path
from chatbot.records import Trace
from chatbot.store import open_store

store = open_store(Path(sys.argv[1]))
conversation = store.conversations.start(store.people.visitor("v"), "lamps")
question = store.conversations.add_user_message(conversation, None, "How long?")
whole = store.conversations.begin_reply(conversation, question.id, Trace("v1"))
store.conversations.update_reply(whole.id, "30 days", "complete", Trace("v1"))
reply = store.conversations.begin_reply(conversation, question.id, Trace("v1"))
for number in range(1, 100_000):
    store.conversations.update_reply(reply.id, "word " * number, "streaming", Trace("v1"))
    print(reply.id, number, flush=True)
"""


@pytest.fixture
def conversation(store: SqliteStore, visitor: Person) -> Conversation:
    return store.conversations.start(visitor, "lamps")


def ask(store: SqliteStore, conversation: Conversation, text: str, parent: str | None = None) -> Message:
    return store.conversations.add_user_message(conversation, parent, text)


def answer(store: SqliteStore, conversation: Conversation, question: Message, text: str, **trace: Any) -> Message:
    written = Trace(**{"version": "v1"} | trace)
    reply = store.conversations.begin_reply(conversation, question.id, written)
    store.conversations.update_reply(reply.id, text, "complete", written)
    return store.conversations.message(reply.id)


def texts(messages: list[Message]) -> list[str]:
    return [message.content for message in messages]


def events(store: SqliteStore, kind: str) -> list[tuple[str, str, dict[str, Any]]]:
    rows = store.database.rows("select * from events where kind = :kind order by at", kind=kind)
    return [(row["actor"], row["subject"], json.loads(row["detail"])) for row in rows]


@pytest.fixture
def exchange(store: SqliteStore, conversation: Conversation) -> tuple[Message, Message]:
    question = ask(store, conversation, "How long may I return a lamp?")
    return question, answer(store, conversation, question, "30 days.")


def test_a_regeneration_is_a_sibling_and_becomes_the_head(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message]
) -> None:
    question, first = exchange
    second = answer(store, conversation, question, "Within 30 days.")
    assert texts(store.conversations.siblings(first)) == ["30 days.", "Within 30 days."]
    assert store.conversations.get(conversation.id).head == second.id
    assert texts(store.conversations.path(second.id)) == [question.content, "Within 30 days."]


def test_an_edit_is_a_sibling_and_the_first_branch_stays(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message]
) -> None:
    question, reply = exchange
    follow = ask(store, conversation, "And a rug?", reply.id)
    edited = ask(store, conversation, "How long for a rug?", question.parent)
    assert texts(store.conversations.siblings(question)) == [question.content, "How long for a rug?"]
    assert texts(store.conversations.path(follow.id)) == [question.content, "30 days.", "And a rug?"]
    assert texts(store.conversations.path(edited.id)) == ["How long for a rug?"]


def test_another_branch_is_put_on_view_down_to_its_newest_end(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message]
) -> None:
    question, reply = exchange
    follow = ask(store, conversation, "And a rug?", reply.id)
    answer(store, conversation, question, "Within 30 days.")
    store.conversations.set_head(conversation.id, store.conversations.leaf(reply))
    assert store.conversations.get(conversation.id).head == follow.id


def test_the_title_is_the_first_question_shortened(store: SqliteStore, conversation: Conversation) -> None:
    question = ask(store, conversation, "  Where\n is " + "my " * 50 + "lamp?")
    ask(store, conversation, "Another", question.id)
    title = store.conversations.get(conversation.id).title
    assert title.startswith("Where is my my")
    assert len(title) == 60


def test_the_history_is_each_persons_own_the_latest_first(store: SqliteStore, visitor: Person) -> None:
    other = store.people.add_visitor()
    for person, title in ((visitor, "one"), (other, "theirs"), (visitor, "two")):
        ask(store, store.conversations.start(person, "lamps"), title)
    store.conversations.start(visitor, "lamps", "empty")
    assert [conversation.title for conversation in store.conversations.of(visitor)] == ["two", "one"]
    assert [conversation.title for conversation in store.conversations.of(other)] == ["theirs"]


def test_somebody_elses_conversation_is_as_if_it_never_was(store: SqliteStore, conversation: Conversation) -> None:
    other = store.people.add_visitor()
    with pytest.raises(NotFoundError) as theirs:
        store.conversations.get(conversation.id, other)
    with pytest.raises(NotFoundError) as unknown:
        store.conversations.get("0" * 16, other)
    assert str(theirs.value).replace(conversation.id, "") == str(unknown.value).replace("0" * 16, "")


def test_a_clients_history_is_kept(store: SqliteStore, conversation: Conversation) -> None:
    said: list[ChatMessage] = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]
    last = store.conversations.add_history(conversation, said)
    assert texts(store.conversations.path(last)) == ["Hello", "Good day"]


def test_deleting_a_conversation_takes_its_messages_and_feedback(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message], visitor: Person
) -> None:
    store.feedback.rate(exchange[1].id, visitor, "like")
    store.erasures.erase(Traces([conversation.id]), visitor.actor)
    assert store.conversations.of(visitor) == []
    assert store.feedback.counts() == {}
    with pytest.raises(NotFoundError):
        store.conversations.message(exchange[1].id)


def test_a_reply_to_a_conversation_deleted_meanwhile_is_not_found(
    store: SqliteStore, conversation: Conversation
) -> None:
    reply = store.conversations.begin_reply(conversation, ask(store, conversation, "Hello").id, Trace("v1"))
    store.erasures.erase(Traces([conversation.id]), "visitor:x")
    with pytest.raises(NotFoundError, match="does not exist any more"):
        store.conversations.update_reply(reply.id, "too late", "complete", Trace("v1"))


def test_a_second_rating_replaces_the_first_and_can_be_withdrawn(
    store: SqliteStore, exchange: tuple[Message, Message], conversation: Conversation, visitor: Person
) -> None:
    reply = exchange[1].id
    store.feedback.rate(reply, visitor, "like")
    store.feedback.rate(reply, visitor, "dislike", ["Wrong", "Too long"], " It is 14 days. ")
    (rating,) = store.feedback.on(reply)
    assert (rating.value, rating.reasons, rating.comment) == ("dislike", ["Wrong", "Too long"], "It is 14 days.")
    assert store.feedback.ratings_by(visitor, conversation.id) == {reply: "dislike"}
    store.feedback.withdraw_rating(reply, visitor)
    assert store.feedback.on(reply) == []
    assert events(store, "rating_withdrawn") == [(visitor.actor, reply, {})]


def test_a_correction_is_taken_back_by_whoever_wrote_it(
    store: SqliteStore, exchange: tuple[Message, Message], visitor: Person, agent: Person
) -> None:
    reply = exchange[1].id
    store.feedback.rate(reply, agent, "dislike")
    store.feedback.correct(reply, agent, "It is 14 days.")
    store.feedback.withdraw_correction(reply, visitor)
    assert [one.kind for one in store.feedback.on(reply)] == ["rating", "correction"]
    store.feedback.withdraw_correction(reply, agent)
    assert [one.kind for one in store.feedback.on(reply)] == ["rating"]


def test_each_person_and_kind_of_feedback_stands_beside_the_others(
    store: SqliteStore, exchange: tuple[Message, Message], visitor: Person, agent: Person
) -> None:
    reply = exchange[1].id
    store.feedback.rate(reply, visitor, "like")
    store.feedback.rate(reply, agent, "dislike")
    store.feedback.add_stars(reply, agent, {"accuracy": 2, "fluency": 5})
    store.feedback.correct(reply, agent, "Within 30 days of delivery.")
    kinds = sorted((row.role, row.kind) for row in store.feedback.on(reply))
    assert kinds == [("agent", "correction"), ("agent", "rating"), ("agent", "stars"), ("visitor", "rating")]
    assert store.feedback.counts() == {("v1", kind): 1 for kind in ("like", "dislike", "stars", "correction")}


@pytest.mark.parametrize(
    ("stars", "said"),
    [
        ({"beauty": 3}, "criterion 'beauty': use one of accuracy, coherence"),
        ({"accuracy": 0}, "accuracy = 0: give 1 to 5 stars"),
        ({"accuracy": 6}, "accuracy = 6"),
        ({"accuracy": 4.5}, "accuracy = 4.5"),
    ],
)
def test_stars_outside_the_scale_are_refused(
    store: SqliteStore, exchange: tuple[Message, Message], agent: Person, stars: dict[str, Any], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        store.feedback.add_stars(exchange[1].id, agent, stars)
    assert store.feedback.on(exchange[1].id) == []


def test_unknown_ratings_and_reasons_are_refused(
    store: SqliteStore, exchange: tuple[Message, Message], visitor: Person
) -> None:
    with pytest.raises(InputError, match="rating 'meh': use 'like' or 'dislike'"):
        store.feedback.rate(exchange[1].id, visitor, "meh")
    with pytest.raises(InputError, match="reason 'Ugly': use one of Wrong"):
        store.feedback.rate(exchange[1].id, visitor, "dislike", ["Wrong", "Ugly"])
    with pytest.raises(InputError, match="9,000 characters"):
        store.feedback.rate(exchange[1].id, visitor, "dislike", [], "x" * 9000)


def test_only_replies_that_exist_can_be_rated(
    store: SqliteStore, exchange: tuple[Message, Message], visitor: Person, agent: Person
) -> None:
    with pytest.raises(InputError, match="only replies can be rated"):
        store.feedback.rate(exchange[0].id, visitor, "like")
    with pytest.raises(NotFoundError, match="'nothing' does not exist"):
        store.feedback.rate("nothing", visitor, "like")


def test_a_later_correction_replaces_the_earlier(
    store: SqliteStore, exchange: tuple[Message, Message], agent: Person
) -> None:
    store.feedback.correct(exchange[1].id, agent, "14 days")
    store.feedback.correct(exchange[1].id, agent, " 30 days ")
    assert [row.correction for row in store.feedback.on(exchange[1].id)] == ["30 days"]
    with pytest.raises(InputError, match="the correction is empty"):
        store.feedback.correct(exchange[1].id, agent, "  ")


def test_an_approval_replaces_the_one_from_the_same_reply_and_can_be_withdrawn(
    store: SqliteStore, exchange: tuple[Message, Message], agent: Person
) -> None:
    store.feedback.approve("How long?", "14 days.", agent, exchange[1].id)
    kept = store.feedback.approve("How long?", "30 days.", agent, exchange[1].id)
    other = store.feedback.approve("What does it cost?", "£3.50.", agent)
    assert store.feedback.answers() == [kept, other]
    store.feedback.withdraw_answer(kept.id, agent)
    assert store.feedback.answers() == [other]
    assert events(store, "answer_withdrawn") == [("agent:ada", kept.id, {})]
    with pytest.raises(NotFoundError, match="approved answer 'x' does not exist"):
        store.feedback.withdraw_answer("x", agent)
    with pytest.raises(InputError, match="needs a question and an answer"):
        store.feedback.approve("How long?", " ", agent)


def test_exchanges_are_replies_of_the_bot_that_are_whole(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message]
) -> None:
    question, reply = exchange
    store.conversations.begin_reply(conversation, question.id, Trace("v1"))
    store.conversations.add_history(
        conversation, [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hm"}]
    )
    assert store.conversations.exchanges(5) == [
        Exchange(conversation.id, reply.id, question.content, store.conversations.message(reply.id).content)
    ]


def test_every_event_names_its_actor(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message], visitor: Person, agent: Person
) -> None:
    store.people.set_consent(visitor, True)
    store.feedback.rate(exchange[1].id, visitor, "like")
    store.feedback.approve("q", "a", agent)
    store.cases.hand_off(conversation.id, visitor.actor, "asked for a person")
    store.cases.release(conversation.id, agent)
    store.versions.start_run("operator:otto")
    assert events(store, "consent") == [(visitor.actor, visitor.id, {"consent": True})]
    assert [actor for actor, *_ in events(store, "answer_approved")] == ["agent:ada"]
    assert [actor for actor, *_ in events(store, "handback")] == ["agent:ada"]
    assert [actor for actor, *_ in events(store, "run_started")] == ["operator:otto"]
    assert events(store, "handoff") == [(visitor.actor, conversation.id, {"reason": "asked for a person"})]
    assert all(row["actor"] for row in store.database.rows("select actor from events"))


def test_a_versions_name_is_never_used_again(store: SqliteStore, home: Path) -> None:
    names = [store.versions.add_version("lamps", "base", "ab" * 32, None, None).name for _ in range(3)]
    assert names == ["lamps-v0001-abababab", "lamps-v0002-abababab", "lamps-v0003-abababab"]
    assert [version.name for version in store.versions.all()] == names[::-1]
    with pytest.raises(sqlite3.IntegrityError):
        store.database.here["versions"].insert({"number": 9, **row_of(store, names[0])})


def row_of(store: SqliteStore, name: str) -> dict[str, Any]:
    (row,) = store.database.rows("select * from versions where name = :name", name=name)
    return {key: value for key, value in row.items() if key != "number"}


def test_versions_are_found_by_name_and_alias(store: SqliteStore, home: Path) -> None:
    assert store.versions.resolve("champion") == "base"
    with pytest.raises(NotFoundError, match=r"'best' does not exist.*none yet; `python -m training cycle`"):
        store.versions.get("best")
    first = store.versions.add_version("lamps", "base", "ab" * 32, None, None)
    store.versions.point("champion", first.name, "operator:otto")
    assert store.versions.resolve("champion") == first.name
    assert store.versions.get("champion") == first
    with pytest.raises(NotFoundError, match=f"known versions are {first.name}"):
        store.versions.resolve("best")


def test_the_champions_are_remembered_the_latest_first(store: SqliteStore, home: Path) -> None:
    one, two = (store.versions.add_version("lamps", "base", digest * 32, None, None).name for digest in "ab")
    for name in (one, two, one):
        store.versions.point("champion", name, "operator:otto")
    store.versions.point("candidate", two, "operator:otto")
    assert store.versions.champions() == [one, two, one]
    assert events(store, "alias_champion")[1] == ("operator:otto", two, {"before": one})


def test_a_version_keeps_what_was_measured(store: SqliteStore, home: Path) -> None:
    version = store.versions.add_version("lamps", "base", "ab" * 32, None, None)
    store.versions.set_measures(version.name, {"perplexity": 2.5})
    store.versions.set_gate(version.name, {"decision": "hold"})
    assert store.versions.get(version.name).measures == {"perplexity": 2.5}
    assert store.versions.get(version.name).gate == {"decision": "hold"}


def test_a_run_goes_from_running_to_its_end(store: SqliteStore) -> None:
    run = store.versions.start_run("operator:otto")
    store.versions.update_run(run.id, progress={"step": 3})
    assert store.versions.run(run.id).progress == {"step": 3}
    assert store.versions.run(run.id).finished_at is None
    store.versions.update_run(run.id, status="failed", error="no memory")
    assert store.versions.run(run.id).finished_at
    with pytest.raises(NotFoundError, match="run 'x' does not exist"):
        store.versions.run("x")


def test_threads_that_write_at_once_lose_nothing(store: SqliteStore, conversation: Conversation) -> None:
    def talk(number: int) -> None:
        for n in range(12):
            answer(store, conversation, ask(store, conversation, f"{number}.{n}"), f"reply {number}.{n}")
        store.database.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(talk, range(4)))
    rows = store.database.rows("select content from messages where role = 'assistant' and status = 'complete'")
    assert {row["content"] for row in rows} == {f"reply {t}.{n}" for t in range(4) for n in range(12)}


def test_two_first_requests_of_one_visitor_make_one_person(store: SqliteStore) -> None:
    together = threading.Barrier(4)

    def arrive(_: int) -> str:
        assert store.database.row("select 1")
        together.wait()
        return store.people.visitor("cookie").id

    for _ in range(5):
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(arrive, range(4))) == {"cookie"}
        store.database.here["people"].delete_where("id = 'cookie'")
        store.database.here.conn.commit()


def test_a_transaction_is_whole_or_not_at_all(store: SqliteStore, visitor: Person) -> None:
    def approve_and_fail() -> None:
        with store.database.writing():
            store.feedback.approve("q", "a", visitor)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        approve_and_fail()
    assert store.feedback.answers() == []
    assert events(store, "answer_approved") == []


def test_a_commit_that_fails_leaves_no_transaction_behind(store: SqliteStore, conversation: Conversation) -> None:
    def orphan() -> None:
        with store.database.writing() as db:
            db.conn.execute("pragma defer_foreign_keys = on")
            db.conn.execute("update conversations set person = 'nobody'")

    with pytest.raises(NotFoundError, match="deleted in the meantime"):
        orphan()
    assert not store.database.here.conn.in_transaction
    ask(store, conversation, "still saved")
    with closing(sqlite3.connect(store.database.path)) as other:
        assert other.execute("select content from messages").fetchall() == [("still saved",)]


def test_a_killed_process_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "killed.db"
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        lines += [line for line in process.stdout if line.endswith("\n")]
    reply_id, acknowledged = lines[-1].split()
    store = open_store(path)
    assert store.database.row("pragma integrity_check") == {"integrity_check": "ok"}
    assert store.conversations.mark_interrupted() == 1
    assert store.conversations.mark_interrupted() == 0
    reply = store.conversations.message(reply_id)
    assert reply.status == "interrupted"
    assert len(reply.content.split()) >= int(acknowledged)
    whole, half = store.conversations.siblings(reply)
    assert (whole.status, whole.content, half.id) == ("complete", "30 days", reply_id)
    store.database.close()


@pytest.fixture
def pages(store: SqliteStore) -> Iterator[int]:
    row = store.database.row("pragma page_count")
    assert row
    yield row["page_count"]
    store.database.here.conn.execute("pragma max_page_count = 1000000")


def test_a_full_disk_says_so_and_keeps_what_was_there(
    store: SqliteStore, conversation: Conversation, exchange: tuple[Message, Message], pages: int
) -> None:
    store.database.here.conn.execute(f"pragma max_page_count = {pages}")
    with pytest.raises(UserError, match="nothing was saved: database or disk is full; free some disk space"):
        ask(store, conversation, "x" * 500_000, exchange[1].id)
    assert store.conversations.get(conversation.id).head == exchange[1].id
    store.database.here.conn.execute("pragma max_page_count = 1000000")
    assert ask(store, conversation, "again", exchange[1].id).content == "again"


def test_a_read_only_database_says_where_to_look(store: SqliteStore, conversation: Conversation) -> None:
    store.database.here.conn.execute("pragma query_only = on")
    with pytest.raises(UserError, match=r"cannot be written.*check the folder CHATBOT_HOME"):
        ask(store, conversation, "Hello")


def test_a_home_that_cannot_hold_a_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        open_store(tmp_path / "folder.db")


def test_a_file_that_is_no_database_asks_for_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "chatbot.db"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(UserError, match=r"damaged.*restore a backup"):
        open_store(path)


def test_pages_damaged_later_ask_for_a_backup_on_reading(store: SqliteStore, conversation: Conversation) -> None:
    for n in range(50):
        ask(store, conversation, f"{n} " * 500)
    store.database.here.conn.execute("pragma wal_checkpoint(truncate)")
    store.database.close()
    content = bytearray(store.database.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.database.path.write_bytes(content)
    with pytest.raises(UserError, match=r"damaged.*restore a backup"):
        store.database.rows("select * from messages")


def test_a_database_that_stays_locked_says_so(store: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.store.sqlite.database.BUSY_SECONDS", 0.05)
    with ThreadPoolExecutor(1) as pool, store.database.writing():
        waiting = pool.submit(store.people.add_visitor)
        with pytest.raises(UserError, match="stayed busy"):
            waiting.result()


def test_opening_twice_migrates_once(home: Path, store: SqliteStore, visitor: Person) -> None:
    again = Database(home / "chatbot.db")
    assert again.row("select count(*) as n from people") == {"n": 1}
    again.close()


def test_passwords_are_hashed_with_argon2_and_stored_nowhere_else(store: SqliteStore) -> None:
    store.people.add_staff("otto", "operator", PASSWORD)
    row = store.database.row("select password_hash from people where name = 'otto'")
    assert row
    assert row["password_hash"].startswith("$argon2id$")
    dump = "\n".join(store.database.here.conn.iterdump())
    assert PASSWORD not in dump


def test_only_the_right_name_and_password_get_in(store: SqliteStore) -> None:
    otto = store.people.add_staff("otto", "operator", PASSWORD)
    assert store.people.check_password("otto", PASSWORD) == otto
    assert store.people.check_password("otto", PASSWORD + "x") is None
    assert store.people.check_password("nobody", PASSWORD) is None
    assert store.people.staff() == [otto]


def test_staff_need_a_free_name_and_a_long_password(store: SqliteStore) -> None:
    store.people.add_staff("otto", "operator", PASSWORD)
    with pytest.raises(InputError, match="'otto' is taken"):
        store.people.add_staff("otto", "agent", PASSWORD)
    with pytest.raises(InputError, match="has 5 characters: use at least 12"):
        store.people.add_staff("eve", "agent", "short")
    with pytest.raises(InputError, match="1 to 64 characters"):
        store.people.add_staff(" eve", "agent", PASSWORD)


def test_consent_is_off_until_turned_on(store: SqliteStore, visitor: Person) -> None:
    assert not visitor.consent
    assert store.people.set_consent(visitor, True).consent
    assert not store.people.set_consent(visitor, False).consent


def test_a_reply_keeps_whether_it_offered_a_person(store: SqliteStore, conversation: Conversation) -> None:
    question = ask(store, conversation, "How bright is it?")
    said = answer(store, conversation, question, "I don't know. Shall I get a colleague?", offered=True)
    older = answer(store, conversation, question, "I don't know. Shall I get a colleague?")
    assert said.trace and said.trace.offered is True
    assert older.trace and older.trace.offered is None
    row = store.database.rows("select trace from messages where id = :id", id=older.id)[0]
    trace = json.loads(row["trace"])
    del trace["offered"]
    with store.database.writing() as connection:
        connection.execute("update messages set trace = ? where id = ?", (json.dumps(trace), older.id))
    before = store.conversations.message(older.id).trace
    assert before and before.offered is None
