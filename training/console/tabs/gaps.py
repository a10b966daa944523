"""The tab Gaps: what people ask and do not get answered, and how to answer it from now on."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from chatbot.desk import approvals
from chatbot.desk.gaps import Gap
from chatbot.desk.setting_aside import Found, Ignored, gap_of, look, set_aside
from chatbot.dialogue.turn import knows
from chatbot.knowledge.retrieval.index import KnowledgeIndex
from chatbot.records import Person
from chatbot.settings import Settings
from chatbot.store.figures import Fault
from chatbot.web.bodies import Body
from chatbot.web.inbox.answer_shapes import EffectsShape
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.tabs.tab import tab_router

MOST_GAPS = 100
MOST_EXAMPLES = 6


class ExampleShape(BaseModel, from_attributes=True):
    """A question as somebody asked it, with the reply."""

    question: str
    reply: str
    conversation: str
    answer: str
    fault: Fault
    asked_at: str


class GapShape(BaseModel):
    """Questions that mean the same, the most typical one first, and how often each fault was found.

    `known` tells whether the bot would find an answer by now, `nearest` the article that is nearest.
    """

    question: str
    conversations: int
    latest: str
    faults: dict[Fault, int]
    known: bool
    nearest: str
    examples: list[ExampleShape]


class AsideShape(BaseModel):
    """A gap that somebody set aside, and in how many conversations of these days it was asked."""

    id: str
    question: str
    by: str
    at: str
    conversations: int

    @classmethod
    def of(cls, ignored: Ignored) -> "AsideShape":
        """As it is sent."""
        aside = ignored.aside
        return cls(
            id=aside.id, question=ignored.question, by=aside.by, at=aside.at, conversations=ignored.conversations
        )


class GapsShape(BaseModel):
    """The gaps of some days, most asked first, out of so many questions; `more` are left out, `aside` set aside."""

    days: int
    questions: int
    more: int
    gaps: list[GapShape]
    aside: list[AsideShape]


class SetAside(Body):
    """The gap of a reply, among those of some days."""

    reply: str = Field(max_length=40)
    days: int = 30


class AsideId(BaseModel):
    """A gap that was set aside."""

    id: str


class Wording(Body):
    """An answer to a gap; `reply` is that to one of its questions."""

    question: str
    answer: str
    reply: str = Field(max_length=40)


class AnswerId(BaseModel):
    """The approved answer that was made."""

    id: str


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    router = tab_router("gaps")
    operator = Depends(console.operator)
    store = console.store

    @get_route(router, "")
    def show(days: int = 30, person: Person = operator) -> GapsShape:
        return _gaps(console, days)

    @router.post("/preview")
    def preview(body: Wording, person: Person = operator) -> EffectsShape:
        store.conversations.message(body.reply)
        return EffectsShape.model_validate(console.session.effects(body.question, body.answer, body.reply))

    @router.post("/answer")
    def answer(body: Wording, person: Person = operator) -> AnswerId:
        return AnswerId(id=approvals.approve(store, person, body.reply, body.question, body.answer).id)

    @router.post("/aside")
    def put_aside(body: SetAside, person: Person = operator) -> AsideId:
        gap = gap_of(_found(console, body.days).gaps, body.reply)
        return AsideId(id=set_aside(store, console.session.pack.name, gap, person))

    @router.delete("/aside/{aside}")
    def take_back(aside: str, person: Person = operator) -> AsideId:
        store.gaps.take_back(aside, person)
        return AsideId(id=aside)

    return router


def _found(console: Console, days: int) -> Found:
    with console.session.live.lease("") as (_, knowledge):
        return look(console.store, console.session.pack.name, days, lambda: knowledge.index.embedder)


def _gaps(console: Console, days: int) -> GapsShape:
    session, found = console.session, _found(console, days)
    with session.live.lease("") as (_, knowledge):
        shapes = [_shape(session.settings, knowledge.index, gap) for gap in found.gaps[:MOST_GAPS]]
    shapes.sort(key=lambda gap: gap.known)
    aside = [AsideShape.of(one) for one in found.ignored]
    return GapsShape(days=days, questions=found.questions, more=len(found.gaps) - len(shapes), gaps=shapes, aside=aside)


def _shape(settings: Settings, index: KnowledgeIndex, gap: Gap) -> GapShape:
    nearest = next((one.title for one in index.search([gap.question], 1) if one.kind == "article"), "")
    known = set(gap.faults) == {"unanswered"} and knows(settings, index, gap.question)
    return GapShape(
        question=gap.question,
        conversations=gap.conversations,
        latest=gap.latest,
        faults=dict(gap.faults),
        known=known,
        nearest=nearest,
        examples=[ExampleShape.model_validate(one) for one in gap.missed[:MOST_EXAMPLES]],
    )
