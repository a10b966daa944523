"""What a tab is made of, and who is given it."""

from types import SimpleNamespace
from typing import cast

import pytest
from fastapi import Request

from chatbot.desk.desk import Desk
from chatbot.dialogue.session import Session
from chatbot.errors import AccessError
from chatbot.records import Role
from chatbot.web.access import STAFF_COOKIE, Access
from tests.conftest import desk_of
from training.console.console import Console
from training.console.tabs.tab import Tab, tab_router
from training.runs.jobs import Jobs


def request_of(access: Access, role: Role) -> Request:
    person = access.store.people.add_staff("ada", role, "correct horse battery")
    return cast(Request, SimpleNamespace(cookies={STAFF_COOKIE: access.staff_token(person)}))


def console_of(session: Session, access: Access, desk: Desk | None = None) -> Console:
    return Console(session, access, Jobs(session.settings, session.store), desk or desk_of(session))


def test_only_an_operator_is_one(session: Session, access: Access) -> None:
    console = console_of(session, access)
    assert console.operator(request_of(access, "operator")).name == "ada" and console.store is session.store
    with pytest.raises(AccessError, match="sign-in has ended"):
        console.operator(cast(Request, SimpleNamespace(cookies={})))


def test_an_agent_is_none(session: Session, access: Access) -> None:
    with pytest.raises(AccessError, match="for operators"):
        console_of(session, access).operator(request_of(access, "agent"))


def test_a_tabs_routes_stand_below_its_name() -> None:
    router = tab_router("pens")
    router.get("/red")(lambda: {})
    tab = Tab("pens", "Pens", lambda console: router)
    assert [route.path for route in tab.routes(cast(Console, None)).routes] == ["/operate/api/pens/red"]  # type: ignore[attr-defined]
