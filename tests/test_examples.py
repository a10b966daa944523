"""The examples run as their texts say: as programs of their own, on a home and a server of the test's own."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.engines.base_model import BaseModel
from chatbot.store import open_store
from chatbot.store.sqlite.store import SqliteStore
from chatbot.web.access import Access
from chatbot.web.api import api_routes
from tests.conftest import Serve, desk_of
from tests.packs import write_pack

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / "examples"


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(api_routes(session, access, desk_of(session)))
    return serve(app)


def run(*words: str | Path, **settings: object) -> str:
    """What a program prints that is started from the top of the checkout; keywords are settings."""
    environment = os.environ | {f"CHATBOT_{name.upper()}": str(value) for name, value in settings.items()}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_example_is_listed() -> None:
    listed = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    folders = {path.name for path in EXAMPLES.iterdir() if path.is_dir()}
    assert folders == {"pack", "client", "recipe", "engine"}
    assert all(f"]({folder}/)" in listed for folder in folders)


def test_a_pack_is_made_of_texts_and_a_table_and_answers(tmp_path: Path) -> None:
    said = run("sh", "examples/pack/make.sh", tmp_path / "library")
    with (EXAMPLES / "pack" / "answers.csv").open(encoding="utf-8", newline="") as table:
        answers = len(list(csv.DictReader(table)))
    assert f"took 2 articles and {answers} past answers" in said
    assert "no faults" in said and "nothing to look at" in said
    asked = run(
        "python", "-m", "chatbot", "ask", "how long can i keep a film?", pack=tmp_path / "library", engine="scripted"
    )
    assert "1 week" in asked


def test_openais_client_prints_the_reply(url: str) -> None:
    said = run("python", "examples/client/with_openai.py", "How long does delivery to Germany take?", "--url", url)
    assert "6 working days" in said


def test_plain_http_asks_back_in_the_same_talk_and_rates(url: str, session: Session) -> None:
    questions = ("How long does delivery to Germany take?", "What does a return cost?")
    said = run("python", "examples/client/with_httpx.py", *questions, "--url", url)
    assert "6 working days" in said and "£3.50" in said
    assert isinstance(session.store, SqliteStore)
    rated = session.store.database.rows("select message, value from feedback")
    assert [row["value"] for row in rated] == ["like"]
    path = session.store.conversations.path(rated[0]["message"])
    assert [message.content for message in path if message.role == "user"] == list(questions)


def test_the_recipe_fine_tunes_a_version(tiny_base: BaseModel, tmp_path: Path) -> None:
    settings = {
        "base_model": tiny_base.source,
        "pack": write_pack(tmp_path / "lamps"),
        "engine": "scripted",
    }
    few = ("--set", "max_steps=2", "--set", "retriever_epochs=0")
    recipe = ("--recipe", "examples/recipe/gentle.toml")
    done = json.loads(run("python", "-m", "training", "run", *recipe, *few, "--json", **settings))
    store = open_store(tmp_path / "home" / "chatbot.db")
    version = store.versions.get(done["version"])
    learned = json.loads((Path(version.path) / "facts.json").read_text(encoding="utf-8"))["recipe"]
    assert (learned["rank"], learned["order"], done["steps"]) == (8, "length", 2)
    store.database.close()


def test_the_engine_answers_through_a_session(tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "lamps")
    asked = ("python", "examples/engine/nearest_fact.py", "How long does delivery to Germany take?")
    assert "6 working days" in run(*asked, pack=pack, engine="scripted", min_score="0.1")
    store = open_store(tmp_path / "home" / "chatbot.db")
    (conversation,) = store.conversations.of(store.people.visitor("terminal"))
    assert [message.role for message in store.conversations.path(conversation.head)] == ["user", "assistant"]
    store.database.close()
