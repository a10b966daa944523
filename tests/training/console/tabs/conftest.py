"""An installation whose runs and versions are nothing but their rows, and its operators' API."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chatbot.desk.desk import Desk
from chatbot.desk.presence import Presence
from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, NotFoundError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.lineage import Run
from chatbot.records import Role
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.web.access import STAFF_COOKIE, Access
from tests.conftest import PASSWORD
from training.console.console import Console
from training.console.tabs.tab import Tab
from training.runs.jobs import Jobs
from training.runs.wish import USUAL, Wish


class RowJobs(Jobs):
    """Jobs whose run is nothing but its row."""

    def current(self) -> Run | None:
        return next((run for run in self._store.versions.runs() if run.status == "running"), None)

    def start(self, actor: str, wish: Wish = USUAL) -> Run:
        if run := self.current():
            raise BusyError(f"run {run.id} is under way: wait for it or stop it first")
        return self._store.versions.start_run(actor, progress=wish.as_progress())

    def stop(self, actor: str) -> Run:
        if run := self.current():
            self._store.versions.update_run(run.id, status="stopped")
            return run
        raise NotFoundError("nothing is being trained at the moment")


@pytest.fixture
def session(settings: Settings, store: Store, pack: Pack, knowledge: Knowledge) -> Iterator[Session]:
    live = LiveEngine(lambda name: (ScriptedEngine(name), knowledge), lambda: store.versions.resolve("champion"))
    yield Session(settings, store, pack, live)
    live.close()


@dataclass(frozen=True)
class Operators:
    """The API of a tab, as different people reach it."""

    app: FastAPI
    access: Access
    store: Store

    def client(self, role: Role | None = "operator", name: str = "olga") -> TestClient:
        """A client that is signed in; nobody is where no role is named."""
        client = TestClient(self.app, base_url="http://127.0.0.1")
        if role:
            person = self.store.people.add_staff(name, role, PASSWORD)
            client.cookies.set(STAFF_COOKIE, self.access.staff_token(person))
        return client


@pytest.fixture
def serving(session: Session, tmp_path: Path) -> Iterator[Callable[[Tab], Operators]]:
    """Makes the API of a tab."""
    access = Access(session.store, tmp_path / "key")
    presence = Presence(session.store, 30)
    console = Console(session, access, RowJobs(session.settings, session.store), Desk(session.store, presence))

    def make(tab: Tab) -> Operators:
        app = FastAPI()
        app.include_router(tab.routes(console))
        return Operators(app, access, session.store)

    yield make
    presence.close()
