"""Who did what, from where, is in the audit log; no secret and no word of anybody is in it, nor in any log."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from chatbot.store import Store, open_store
from chatbot.store.audit import first_fault
from chatbot.web.access import Access
from chatbot.web.acting import ActingMiddleware
from chatbot.web.sign_in import login_routes
from tests.conftest import Serve
from tests.events import latest
from tests.running_server import RunningServer, command, running_server, settings_for

PASSWORD = "marker-of-a-password"
WORDS = "the marker of a message"
API_SECRET = "marker-of-an-api-secret"
SECRETS = (PASSWORD, WORDS, API_SECRET, "marker")


def staff(environment: dict[str, str]) -> None:
    for name, role in (("Olga", "operator"), ("Anna", "agent")):
        done = command(environment, "user", "add", name, "--role", role, "--password-stdin", typed=f"{PASSWORD}\n")
        assert done.returncode == 0, done.stderr


def use(server: RunningServer) -> None:
    """Sign in and fail to, ask, rate with a comment, sign out: each with a marker where somebody may type one."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        for name, password in (("Olga", f"{PASSWORD}!"), (PASSWORD, "x"), ("Olga", PASSWORD)):
            client.post("/login", data={"name": name, "password": password})
        client.post("/v1/chat/completions", content=f'{{"messages": "{WORDS}')
        client.get(f"/{PASSWORD}?password={PASSWORD}")
        client.post("/logout")
    with httpx.Client(base_url=server.url, timeout=60) as visitor:
        asked = {"model": "champion", "messages": [{"role": "user", "content": WORDS}]}
        reply = visitor.post("/v1/chat/completions", json=asked, headers={"Authorization": f"Bearer {API_SECRET}"})
        rating = {"id": reply.json()["id"], "rating": "dislike", "reasons": ["Wrong"], "comment": WORDS}
        assert visitor.post("/v1/feedback", json=rating).status_code == 200


def test_who_did_what_from_where_without_a_secret_or_a_word(tmp_path: Path) -> None:
    environment = settings_for(tmp_path) | {"CHATBOT_REMOTE_API_KEY": API_SECRET}
    staff(environment)
    token = command(environment, "key", "add", "shop").stdout.strip()
    assert command(environment, "key", "revoke", "shop").returncode == 0 and token
    with running_server(tmp_path, environment) as server:
        use(server)
        assert command(environment, "backup", str(tmp_path / "backup")).returncode == 0
    assert command(environment, "restore", str(tmp_path / "backup"), "--yes").returncode == 0
    exported = command(environment, "audit", "export")
    lines = [json.loads(line) for line in exported.stdout.splitlines()]
    told = [(line["actor"], line["kind"], line["address"]) for line in lines]
    me = next(actor for actor, kind, _ in told if kind == "person_added")
    assert me.startswith("operator:") and me != "operator:Olga"
    for entry in (
        (me, "person_added", "terminal"),
        (me, "key_added", "terminal"),
        (me, "key_revoked", "terminal"),
        (me, "server_started", "terminal"),
        ("stranger", "sign_in_failed", "127.0.0.1"),
        ("operator:Olga", "signed_in", "127.0.0.1"),
        ("operator:Olga", "signed_out", "127.0.0.1"),
        (me, "restored", "terminal"),
        (me, "audit_exported", "terminal"),
    ):
        assert entry in told, entry
    assert [line["subject"] for line in lines if line["kind"] == "sign_in_failed"] == ["Olga", ""]
    assert {line["address"] for line in lines if line["actor"].startswith("visitor:")} == {""}
    written = [exported.stdout, server.log.read_text()]
    written += [path.read_text(errors="replace") for path in tmp_path.rglob("*.log")]
    assert not [secret for secret in (*SECRETS, token) for text in written if secret in text]
    assert re.search(r"^\d+ entries, all as they were written", command(environment, "audit", "verify").stdout)


@pytest.fixture
def url(access: Access, serve: Serve) -> str:
    from fastapi import FastAPI

    app = FastAPI()
    app.add_middleware(ActingMiddleware, access=access)
    app.include_router(login_routes(access))
    return serve(app)


def test_a_name_that_nobody_has_is_not_kept_since_it_may_be_a_password(url: str, access: Access) -> None:
    access.store.people.add_staff("Olga", "operator", PASSWORD)
    for name in ("Olga", PASSWORD):
        assert httpx.post(f"{url}/login", data={"name": name, "password": "wrong"}).status_code == 401
    failed = latest(access.store, ["sign_in_failed"], 9)
    assert [(event.actor, event.subject, event.address) for event in failed] == [
        ("stranger", "", "127.0.0.1"),
        ("stranger", "Olga", "127.0.0.1"),
    ]


def tampered(home: Path, sql: str) -> str:
    """What `audit verify` would say of the log of a home after somebody with the file changed it."""
    with closing(sqlite3.connect(home / "chatbot.db")) as db, db:
        for trigger in ("events_are_never_changed", "events_are_never_removed", "events_follow_one_another"):
            db.execute(f"drop trigger if exists {trigger}")
        db.execute(sql)
    store = open_store(home / "chatbot.db")
    fault = first_fault(store.events.entries(), store.events.written())
    store.close()
    return fault


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("update events set actor = 'operator:eve' where number = 3", "entry 3 (exported by operator:eve"),
        ("update events set address = '192.0.2.1' where number = 5", "entry 5 "),
        ("update events set at = '2020' where number = 1", "entry 1 "),
        ("update events set hash = previous where number = 2", "entry 2 "),
        ("delete from events where number = 4", "entry 4 is missing"),
        ("delete from events where number > 4", "entries 5 to 6 are missing"),
        ("update events set number = 9 where number = 6", "entries 6 to 8 are missing"),
    ],
)
def test_the_first_entry_that_somebody_tampered_with_is_named(
    store_of_six: Store, home: Path, sql: str, fault: str
) -> None:
    assert first_fault(store_of_six.events.entries(), store_of_six.events.written()) == ""
    store_of_six.close()
    assert tampered(home, sql).startswith(fault)


@pytest.fixture
def store_of_six(home: Path) -> Store:
    store = open_store(home / "chatbot.db")
    for number in range(6):
        store.events.add("operator:olga", "exported", f"v{number}")
    return store
