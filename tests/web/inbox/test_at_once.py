"""Two agents and a visitor act at random and at once: one holder, a silent bot, every word kept and in one order."""

import random
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.records import Person
from chatbot.store.events import Event
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.web.api import api_routes
from chatbot.web.chat_view import conversation_view
from chatbot.web.inbox.api import inbox_routes
from tests.conftest import PASSWORD, Serve, desk_of

SECONDS = 2.0
ASKED = ("How long may I return a lamp?", "let me speak to a human")
ACTS = ("claim", "message", "message", "transfer", "release", "requeue", "close", "reopen", "note")
LET_GO = ("handback", "case_requeued", "case_closed")
Held = tuple[str, str]


@pytest.fixture
def url(session: Session, access: Access, serve: Serve) -> Iterator[str]:
    app, desk = FastAPI(), desk_of(session)
    app.include_router(api_routes(session, access, desk))
    app.include_router(inbox_routes(session, access, desk))
    yield serve(app)
    desk.presence.close()


@pytest.fixture
def agents(session: Session) -> list[Person]:
    return [session.store.people.add_staff(name, "agent", PASSWORD) for name in ("Ada", "Ben")]


@pytest.fixture
def visitor(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client


def ask(visitor: httpx.Client, text: str, conversation: str = "") -> str:
    body = {"model": "champion", "messages": [{"role": "user", "content": text}], "conversation": conversation}
    answer = visitor.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["conversation"])


def asking(visitor: httpx.Client, conversation: str, until: float) -> list[str]:
    """What a visitor said until then."""
    said: list[str] = []
    while time.monotonic() < until:
        said.append(f"{ASKED[len(said) % 2]} ({len(said)})")
        ask(visitor, said[-1], conversation)
    return said


def working(url: str, token: str, other: str, conversation: str, until: float, seed: int) -> list[str]:
    """What an agent said until then, while they claimed, wrote, handed on and back."""
    draws, said = random.Random(seed), list[str]()
    with httpx.Client(base_url=f"{url}/review/api/cases/{conversation}", cookies={STAFF_COOKIE: token}) as client:
        while time.monotonic() < until:
            text = f"Agent {seed} says {draws.random()}"
            acts: dict[str, dict[str, object]] = {"message": {"text": text}, "transfer": {"to": other}}
            acts |= {"claim": {"over": draws.random() < 0.3}, "note": {"text": text}}
            act = draws.choice(ACTS)
            answer = client.post(f"/{act}", json=acts.get(act, {}), timeout=60)
            assert answer.status_code in (200, 400, 409), answer.text
            if answer.status_code == 200:
                case = answer.json().get("case", answer.json())
                assert (case["status"] == "held") == bool(case["holder"]), case
                said += [text] if act == "message" else []
    return said


def times_held(events: list[Event], ids: dict[str, str]) -> list[Held]:
    """From when to when somebody held the case; every act in the audit log was its holder's, or nobody held it."""
    holder, since, held = "", "", list[Held]()
    for event in events:
        actor, before = ids.get(event.actor, ""), holder
        if event.kind == "case_claimed":
            assert holder == event.detail.get("over", "") and holder != actor
            holder = actor
        elif event.kind == "case_transferred":
            assert holder in ("", actor)
            holder = str(event.detail["holder"])
        elif event.kind in LET_GO:
            assert holder in ("", actor)
            holder = ""
        elif event.kind in ("handoff", "case_reopened"):
            assert not holder
        elif event.kind == "agent_message":
            assert holder == actor
        if holder and not before:
            since = event.at
        elif before and not holder:
            held.append((since, event.at))
    return [*held, *([(since, "9999")] if holder else [])]


def test_a_case_has_one_holder_a_silent_bot_and_every_word_in_one_order(
    url: str, session: Session, access: Access, agents: list[Person], visitor: httpx.Client
) -> None:
    store, conversation = session.store, ask(visitor, ASKED[0])
    until, (ada, ben) = time.monotonic() + SECONDS, agents
    with ThreadPoolExecutor(3) as pool:
        talks = [pool.submit(asking, visitor, conversation, until)]
        for seed, (agent, other) in enumerate(((ada, ben), (ben, ada))):
            token = access.staff_token(agent)
            talks.append(pool.submit(working, url, token, other.id, conversation, until, seed))
        said = [text for talk in talks for text in talk.result()]

    ids = {agent.actor: agent.id for agent in agents}
    events = [entry.event for entry in store.events.entries() if entry.event.subject == conversation]
    held, case = times_held(events, ids), store.cases.get(conversation)
    assert (case.status == "held") == bool(case.holder) == bool(held and held[-1][1] == "9999")

    branch = store.conversations.path(store.conversations.get(conversation).head)
    written = [one.content for one in branch if one.role != "assistant"]
    assert sorted(written) == sorted([ASKED[0], *said]), "a message is lost, or there twice"
    for before, message in pairwise(branch):
        if message.role == "assistant":
            assert before.role == "user" and not before.held
            assert not any(since < message.created_at < until for since, until in held), "the bot spoke meanwhile"

    order = [one.id for one in branch]
    assert order == [one.id for one in store.conversations.messages(conversation)]
    assert order == [one["id"] for one in visitor.get(f"/v1/conversations/{conversation}").json()["messages"]]
    cookies = {STAFF_COOKIE: access.staff_token(ada)}
    whole = httpx.get(f"{url}/review/api/cases/{conversation}", cookies=cookies, timeout=60).json()
    assert order == [one["id"] for one in whole["messages"]]
    owner = store.people.visitor(store.conversations.get(conversation).person)
    assert order == [one["id"] for one in conversation_view(store, owner, conversation)["items"]]
