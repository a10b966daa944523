"""The tab Playground: one question to two versions, their checked replies side by side; nothing of it is stored.

GET  /operate/api/playground         the versions, and which of them are in memory
POST /operate/api/playground/ask     {question, version}: one reply
"""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from chatbot.records import FoundPassage, Person
from chatbot.store.versions import BASE
from chatbot.web.inbox.checks import check_words
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.names import title
from training.console.tabs.tab import tab_router


class Ask(BaseModel):
    """A question to a version."""

    question: Annotated[str, Field(max_length=100_000)]
    version: Annotated[str, Field(max_length=200)]


class PlayerShape(BaseModel):
    """A version that can be asked; `loaded` tells whether it is in memory."""

    name: str
    title: str
    made_at: str
    aliases: list[str]
    loaded: bool


class Players(BaseModel):
    """All versions, and the two that are worth comparing first."""

    versions: list[PlayerShape]
    first: str
    second: str


class SourceShape(BaseModel):
    """A passage that was found; `used` tells whether the reply rests on it."""

    title: str
    text: str
    score: float
    used: bool


class ReplyShape(BaseModel):
    """What a version answers, what the check did to it, and what it was shown."""

    version: str
    title: str
    text: str
    act: str
    rule: str
    handoff: str
    check: str
    refused: list[str]
    sources: list[SourceShape]
    seconds: float


def routes(console: Console) -> APIRouter:
    """The routes of the tab."""
    router = tab_router("playground")
    operator = Depends(console.operator)

    @get_route(router, "")
    def players(person: Person = operator) -> Players:
        return _players(console)

    @router.post("/ask")
    def ask(body: Ask, person: Person = operator) -> ReplyShape:
        return _reply(console, person, body)

    return router


def _players(console: Console) -> Players:
    versions, session = console.store.versions, console.session
    champion = versions.resolve("champion")
    aliases = {"champion": champion, "candidate": versions.alias("candidate"), "canary": versions.alias("canary")}
    made = {version.name: version.created_at for version in versions.all()} | {BASE: ""}
    loaded = {*session.live.loaded, session.guest.version}
    shapes = [
        PlayerShape(
            name=name,
            title=title(name),
            made_at=at,
            aliases=[alias for alias, points_at in aliases.items() if points_at == name],
            loaded=name in loaded,
        )
        for name, at in made.items()
    ]
    others = [name for name in (aliases["canary"], aliases["candidate"], *made) if name and name != champion]
    return Players(versions=shapes, first=champion, second=others[0] if others else champion)


def _reply(console: Console, person: Person, asked: Ask) -> ReplyShape:
    version = console.store.versions.resolve(asked.version)
    tried = console.session.try_version(person, asked.question, version)
    trace = tried.trace
    return ReplyShape(
        version=version,
        title=title(version),
        text=tried.text,
        act=trace.act,
        rule=trace.rule or "",
        handoff=trace.handoff or "",
        check=check_words(trace),
        refused=trace.refused,
        sources=[_source(passage) for passage in trace.passages],
        seconds=tried.seconds,
    )


def _source(passage: FoundPassage) -> SourceShape:
    return SourceShape(
        title=passage["title"], text=passage["text"], score=passage["score"], used=passage.get("used", False)
    )
