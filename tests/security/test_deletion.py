"""Deleted means deleted: after each way to delete, no file of the home holds the visitor's words in any encoding."""

import base64
import json
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import numpy as np
import pytest

from chatbot.__main__ import main
from chatbot.commands import run_command
from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.engines.base_model import BaseModel
from chatbot.erasure.erasing import erase, settle
from chatbot.erasure.keeping import retain
from chatbot.erasure.places import unclaimed
from chatbot.errors import NotFoundError
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.records import Person
from chatbot.settings import Settings, load_settings
from chatbot.store import open_store
from chatbot.store.sqlite.store import SqliteStore
from chatbot.store.uploads import Content
from chatbot.web.access import VISITOR_COOKIE, Access
from chatbot.web.chat_history import HistoryEvents
from chatbot.web.chat_screen import Screen
from tests.events import latest
from tests.packs import write_pack
from training.__main__ import commands
from training.curation.snapshots import open_snapshot, verify
from training.evaluation.results import Evaluation, Judged

CORE = "quokka7f3a9zebu"
MARK = f'mörk "{CORE}" \\ 藏'
QUICK = ("epochs=2", "max_steps=2", "retriever_epochs=0", "rank=2")


def forms(text: str) -> set[bytes]:
    """A text as it may stand in a file: in three encodings, escaped as JSON, and as Base64 wherever it begins."""
    plain = {text.encode(), text.encode("utf-16-le"), text.encode("utf-16-be")}
    plain |= {json.dumps(text, ensure_ascii=ascii)[1:-1].encode() for ascii in (True, False)}
    coded = {
        base64.b64encode(bytes(shift) + part)[skip : -4 if (shift + len(part)) % 3 else None]
        for part in plain
        for shift, skip in ((0, 0), (1, 4), (2, 4))
    }
    return plain | coded


FORMS = forms(MARK) | forms(CORE)


def holding(folder: Path) -> set[str]:
    """The files below a folder that hold the visitor's words."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    contents = {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
    return {name for name, content in contents.items() if any(form in content for form in FORMS)}


@dataclass
class Scene:
    """An installation in which a visitor typed the words wherever one can, beside somebody else."""

    settings: Settings
    store: SqliteStore
    session: Session
    visitor: Person
    other: Person
    agent: Person

    @property
    def home(self) -> Path:
        return self.settings.home

    def ask(self, person: Person, text: str, conversation: str | None = None) -> tuple[str, str]:
        """The ids of the conversation and of the reply."""
        *_, last = self.session.say(person, text, conversation)
        return last.conversation, last.message

    def told(self, person: Person) -> list[object]:
        """All that a person reads in the chats of theirs."""
        mine = self.store.conversations.of(person)
        return [(one.title, [(m.id, m.content) for m in self.store.conversations.path(one.head)]) for one in mine]


def opened(home: Path, pack: Path, base: Path, **changes: object) -> Scene:
    settings = load_settings(
        home=home, pack=str(pack), base_model=str(base), engine="scripted", min_score=-1, **changes
    )
    store = open_store(settings.database)
    session = open_session(settings, store)
    named = {row["name"]: row["id"] for row in store.database.rows("select id, name from people")}
    if "ada" not in named:
        store.people.add_staff("ada", "agent", "a long enough password")
    agent = next(person for person in store.people.staff() if person.name == "ada")
    return Scene(settings, store, session, store.people.visitor("vera"), store.people.visitor("otto"), agent)


def closed(scene: Scene) -> None:
    scene.session.live.close()
    scene.store.close()


@pytest.fixture(scope="module")
def prepared(tiny_base: BaseModel, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The folders of a home with a fine-tune that learned the words, of its pack and its base."""
    folder = tmp_path_factory.mktemp("deletion")
    pack, home = write_pack(folder / "lamps"), folder / "home"
    base = Path(str(tiny_base.source))
    scene = opened(home, pack, base)
    store, visitor, agent = scene.store, scene.visitor, scene.agent
    store.people.set_consent(visitor, True)
    store.people.set_consent(scene.other, True)
    conversation, reply = scene.ask(visitor, f"{MARK} how long may I return a lamp?")
    store.feedback.rate(reply, visitor, "dislike", ["Wrong"], f"a comment {MARK}")
    store.feedback.add_stars(reply, agent, {"accuracy": 2})
    store.feedback.correct(reply, agent, f"corrected {MARK} within 30 days")
    *_, edited = scene.session.edit(
        visitor, str(store.conversations.message(reply).parent), f"{MARK} and what does sending it back cost?"
    )
    store.feedback.rate(edited.message, visitor, "like")
    answer = store.feedback.approve(f"{MARK} how long may I return a lamp?", f"{MARK} 30 days", agent, reply)
    store.memories.consent(visitor, True)
    store.memories.remember(visitor, {"name": MARK}, conversation)
    store.cases.hand_off(conversation, visitor.actor, "asked for")
    store.cases.add_note(conversation, agent, f"a note {MARK}")
    store.cases.add_label(conversation, agent, f"a label {CORE}")
    store.cases.set_contact(conversation, f"{CORE}@quokka.example", visitor.actor)
    store.cases.write(conversation, agent, f"an answer {MARK}")
    _, liked = scene.ask(scene.other, "What does delivery within the UK cost, please?")
    store.feedback.rate(liked, scene.other, "like")
    files = [store.uploads.add(visitor, f"{CORE}.txt", "text/plain", Content(MARK.encode())) for _ in range(2)]
    list(scene.session.say(visitor, f"see the file {MARK}", conversation, uploads=[files[0].id]))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"HOME": home, "PACK": pack, "BASE_MODEL": base, "ENGINE": "scripted"}.items():
            patch.setenv(f"CHATBOT_{name}", str(value))
        patch.setenv("CHATBOT_RECIPE", "sft")
        line = ["run", *(word for key in QUICK for word in ("--set", key)), "--json"]
        assert run_command(commands, line) == 0
    (home / "measures").mkdir()
    quoting = Judged("facts", "facts-1", f"{MARK} 30 days", True, 1.0, passages=[answer.id])
    for version, cases in {"base-01": [quoting], f"{store.versions.all()[0].name}-02": [], "base-03": []}.items():
        told = Evaluation(version, {}, {}, 1.0, cases).as_dict()
        (home / "measures" / f"{version}.json").write_text(json.dumps(told))
    failed = store.versions.start_run("system")
    store.versions.update_run(failed.id, status="failed", snapshot=1, error=f"ValueError: {MARK!r}")
    (home / "runs" / failed.id).mkdir()
    (home / "runs" / failed.id / "checkpoint.pt").write_bytes(MARK.encode())
    (home / "training.log").write_text(f"ValueError: {json.dumps(MARK)}\n")
    assert store.erasures.wipe()
    closed(scene)
    return home, pack, base


@pytest.fixture
def scene(prepared: tuple[Path, Path, Path], home: Path) -> Iterator[Scene]:
    shutil.copytree(prepared[0], home)
    scene = opened(home, *prepared[1:], retention_days=30)
    scene.ask(scene.visitor, f"once more {MARK}")  # which stands in the write-ahead log still
    yield scene
    closed(scene)


def by_the_page(scene: Scene) -> None:
    access = Access(scene.store, scene.home / "cookie.key")
    history = HistoryEvents(Screen(scene.session, access))
    request: Any = SimpleNamespace(session_hash="tab", cookies={VISITOR_COOKIE: access.visitor_token(scene.visitor.id)})
    for conversation in scene.store.conversations.of(scene.visitor):
        history.remove(None, gr.EventData(None, {"conversation": conversation.id}), request)


def by_command(scene: Scene) -> None:
    assert main(["forget", scene.visitor.id]) == 0


def by_retention(scene: Scene) -> None:
    scene.store.database.here.conn.execute(
        "update conversations set updated_at = '2020-01-01' where person = ?", [scene.visitor.id]
    )
    scene.store.database.here.conn.commit()
    retain(scene.settings, scene.store)


WAYS: tuple[Callable[[Scene], None], ...] = (by_the_page, by_command, by_retention)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_no_file_of_the_home_holds_what_was_deleted(
    scene: Scene, way: Callable[[Scene], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    before = holding(scene.home)
    snapshot = {f"snapshots/1/{name}.jsonl" for name in ("train", "preferences", "unpaired")}
    assert {*snapshot, "training.log", "measures/base-01.json", "chatbot.db", "chatbot.db-wal"} <= before
    assert any(name.startswith("runs/") for name in before)
    others = scene.told(scene.other)
    way(scene)
    assert holding(scene.home) == set()
    assert holding(tmp_path) == set()
    assert scene.store.erasures.journal() == []
    assert scene.told(scene.other) == others and others
    assert unclaimed(scene.home) == []


def test_what_the_others_taught_is_still_learned_from_a_sound_snapshot(scene: Scene) -> None:
    before = open_snapshot(scene.store, 1)
    liked = [row for name in ("train", "validation") for row in before.rows(name) if row["origin"] == "like"]
    by_command(scene)
    after = open_snapshot(scene.store, 1)
    verify(after, "lamps")
    theirs = [row for name in ("train", "validation") for row in after.rows(name) if row["origin"] == "like"]
    mine = {one.id for one in scene.store.conversations.of(scene.other)}
    assert theirs == [row for row in liked if row["group"] in mine] and theirs
    assert after.counts.train == len(after.rows("train")) < before.counts.train
    assert [row["group"] for row in after.rows("unpaired")] == list(mine)
    assert json.loads((after.folder / "manifest.json").read_text())["counts"] == after.counts.as_dict()


def test_no_vector_of_the_words_is_kept(scene: Scene) -> None:
    typed = [f"{MARK} how long may I return a lamp?", f"once more {MARK}"]
    by_command(scene)
    vectors = HashedEmbedder().encode(typed)
    files = list((scene.home / "index").rglob("*.npy"))
    kept = [np.load(file) for file in files]
    assert files and max(float((part @ vectors.T).max()) for part in kept if len(part)) < 0.99


def test_the_dry_run_lists_the_same_and_changes_nothing(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    held = holding(scene.home)
    listed = []
    for line in (["forget", scene.visitor.id, "--dry-run", "--json"], ["forget", scene.visitor.id, "--json"]):
        assert main(line) == 0
        listed.append(json.loads(capsys.readouterr().out))
        if "--dry-run" in line:
            assert holding(scene.home) == held
    assert listed[0] == listed[1]
    told = listed[0]
    version = scene.store.versions.all()[0].name
    assert told["removed"][:2] == ["2 conversations", "8 messages"]
    assert "1 file that was sent" in told["removed"]
    assert any("training data in snapshots/1" in line for line in told["removed"])
    assert any("checkpoint of run" in line for line in told["removed"])
    assert any(version in line and "python -m training cycle" in line for line in told["kept"])


def test_an_answer_in_words_of_the_staff_stays_with_consent_and_is_told(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    store = scene.store
    for person, question in (
        (scene.visitor, f"{MARK} price of the oak lamp?"),
        (scene.other, "price of the elm lamp?"),
    ):
        _, reply = scene.ask(person, question)
        store.feedback.approve("What do lamps of solid wood cost?", "From £80.", scene.agent, reply)
    copied = scene.ask(scene.visitor, "Is the oak lamp waxed or oiled?")[1]
    store.feedback.approve("is the oak lamp waxed, or oiled", "Oiled.", scene.agent, copied)
    assert main(["forget", scene.visitor.id, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert any(line.startswith("1 approved answer in words of the staff") for line in told["kept"])
    assert [answer.query for answer in store.feedback.answers()] == ["What do lamps of solid wood cost?"] * 2
    assert holding(scene.home) == set()


def test_without_consent_every_answer_goes_and_what_others_read_stays(scene: Scene) -> None:
    store, asked = scene.store, "is the brass lamp heavy?"
    silent = store.people.visitor("sam")
    conversation, reply = scene.ask(silent, f"{MARK} {asked}")
    answer = store.feedback.approve(asked, "The brass lamp weighs 3 kg.", scene.agent, reply)
    _, quoting = scene.ask(scene.other, asked)
    others = scene.told(scene.other)
    found = erase(scene.home, store, [conversation], silent.actor)
    assert answer.id not in {one.id for one in store.feedback.answers()}
    assert "1 reply to other people that quoted a deleted answer, as they read it" in found.kept
    assert scene.told(scene.other) == others
    trace = store.conversations.message(quoting).trace
    assert trace and [(one["query"], one["text"]) for one in trace.passages if one["id"] == answer.id] == [
        ("", answer.response)
    ]


def test_a_chat_deleted_while_its_reply_is_written_leaves_nothing(scene: Scene) -> None:
    updates = iter(scene.session.say(scene.visitor, f"{MARK} what does a return cost?"))
    first = next(updates)
    conversations = [one.id for one in scene.store.conversations.of(scene.visitor)]
    erasing = threading.Thread(target=erase, args=(scene.home, scene.store, conversations, scene.visitor.actor))
    erasing.start()
    erasing.join()
    with pytest.raises(NotFoundError):
        list(updates)
    with pytest.raises(NotFoundError):
        scene.store.conversations.get(first.conversation)
    assert settle(scene.home, scene.store).left == []
    assert holding(scene.home) == set()


READER = """
import sqlite3, sys
from tests.events import latest
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
if sys.argv[2] == "reads":
    connection.execute("begin")
connection.execute("select count(*) from messages").fetchone()
print("ready", flush=True)
sys.stdin.readline()
"""


def another_process(scene: Scene, does: str) -> "subprocess.Popen[str]":
    line: Sequence[str] = [sys.executable, "-c", READER, str(scene.settings.database), does]
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout and process.stdout.readline() == "ready\n"
    return process


def test_a_process_that_has_the_database_open_does_not_keep_the_words(scene: Scene) -> None:
    with another_process(scene, "waits") as process:
        by_command(scene)
        assert holding(scene.home) == set()
        process.communicate("\n")


def test_what_another_process_reads_is_told_and_goes_as_soon_as_it_lets_go(
    scene: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    with another_process(scene, "reads") as process:
        assert main(["forget", scene.visitor.id]) == 0
        assert "write-ahead log, which another process reads" in capsys.readouterr().out
        assert "chatbot.db-wal" in holding(scene.home)
        assert retain(scene.settings, scene.store).left
        assert len(scene.store.erasures.journal()) == 1
        process.communicate("\n")
    assert retain(scene.settings, scene.store).left == []
    assert scene.store.erasures.journal() == []
    assert holding(scene.home) == set()


def test_a_snapshot_frozen_from_what_was_read_before_is_cleaned_when_it_is_done(scene: Scene) -> None:
    frozen = {file.name: file.read_bytes() for file in (scene.home / "snapshots" / "1").iterdir()}
    run = scene.store.versions.start_run("system")
    conversations = [one.id for one in scene.store.conversations.of(scene.visitor)]
    found = erase(scene.home, scene.store, conversations, scene.visitor.actor)
    assert found.left == [f"run {run.id} is under way: what it writes is looked at when it ends"]
    for name, content in frozen.items():
        (scene.home / "snapshots" / "1" / name).write_bytes(content)
    scene.store.versions.update_run(run.id, status="finished")
    assert holding(scene.home)
    retain(scene.settings, scene.store)
    assert holding(scene.home) == set() and scene.store.erasures.journal() == []


def test_a_database_of_an_earlier_release_keeps_nothing_in_its_free_pages(tmp_path: Path) -> None:
    from sqlite_utils import Database

    from chatbot.store.sqlite.migrations import migrations

    file = tmp_path / "old" / "chatbot.db"
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        old = Database(connection)
        migrations.apply(old, stop_before="m005_deleted_for_good")
        row = {"id": "e", "at": "2026", "actor": "visitor:v", "kind": "rating", "subject": "m"}
        old["events"].insert(row | {"detail": json.dumps({"value": "like", "comment": MARK})})
        for number in range(50):
            old["events"].insert(row | {"id": str(number), "detail": json.dumps({"comment": MARK * 50})})
        old["events"].delete_where("id != 'e'")
        connection.commit()
    assert holding(file.parent)
    store = open_store(file)
    assert store.erasures.wipe()
    (event,) = latest(store, ["rating"], 5)
    assert event.detail == {"value": "like"}
    assert holding(file.parent) == set()
    store.close()


def test_backups_are_named_and_can_be_purged_by_the_same_command(
    scene: Scene, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "copy"
    assert main(["backup", str(copy)]) == 0
    assert main(["forget", scene.visitor.id]) == 0
    told = capsys.readouterr().out
    assert f"CHATBOT_HOME={copy} python -m chatbot forget {scene.visitor.id}" in told
    assert holding(scene.home) == set() and holding(copy)
    monkeypatch.setenv("CHATBOT_HOME", str(copy))
    assert main(["forget", scene.visitor.id]) == 0
    assert holding(copy) == set()


def test_events_hold_no_words(scene: Scene) -> None:
    rows = scene.store.database.rows("select * from events")
    assert rows and not [row for row in rows if CORE in json.dumps(cast(object, row), ensure_ascii=False)]
