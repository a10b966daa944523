"""The tab Knowledge: the articles, rules, texts and approved answers that the bot answers from, to be changed.

A file of the pack is named as it lies there, such as `articles/returns.md`, and a new article `articles/.md` until it
is saved under the name that the check suggests.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from chatbot.desk import approvals
from chatbot.knowledge.editing.files import PERSONA, read_file, rule_file
from chatbot.records import Person
from chatbot.web.inbox.answer_shapes import AnswerShape, EffectsShape
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.pack_desk import PackDesk
from training.console.tabs.knowledge_shapes import (
    Asking,
    ChangeRow,
    Checked,
    FileText,
    FindsShape,
    NewAnswer,
    OpenedFile,
    PlaceShape,
    Remove,
    Save,
    Saved,
    SavePersona,
    SaveRule,
    Shelf,
    Undo,
    WholeChange,
)
from training.console.tabs.tab import tab_router


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    router = tab_router("knowledge")
    desk, operator = PackDesk(console.session), Depends(console.operator)
    _add_files(router, desk, operator)
    _add_forms(router, desk, operator)
    _add_history(router, desk, operator)
    _add_answers(router, console, desk, operator)
    return router


def _add_files(router: APIRouter, desk: PackDesk, operator: Person) -> None:
    @get_route(router, "/shelf")
    def shelf(person: Person = operator) -> Shelf:
        return desk.shelf()

    @get_route(router, "/places")
    def places(sought: Annotated[str, Query(max_length=200)], person: Person = operator) -> list[PlaceShape]:
        return desk.places(sought)

    @get_route(router, "/file")
    def opened(file: Annotated[str, Query(max_length=200)], person: Person = operator) -> OpenedFile:
        return desk.opened(file)

    @router.put("/file")
    def save(body: Save, person: Person = operator) -> Saved:
        return desk.save(body.file, body.text, body.revision, person)

    @router.post("/remove")
    def remove(body: Remove, person: Person = operator) -> Saved:
        return desk.save(body.file, None, body.revision, person)

    @router.post("/check")
    def check(body: FileText, person: Person = operator) -> Checked:
        return desk.checked(body.file, body.text)

    @router.post("/finds")
    def finds(body: Asking, person: Person = operator) -> FindsShape:
        return desk.finds(body.file, body.text, body.asked)


def _add_forms(router: APIRouter, desk: PackDesk, operator: Person) -> None:
    def text_of(file: str) -> str:
        return read_file(desk.editor.folder, file).text or ""

    @router.put("/rules/{name}")
    def save_rule(name: str, body: SaveRule, person: Person = operator) -> Saved:
        file = rule_file(name)
        return desk.save(file, body.form.written(text_of(file)), body.revision, person)

    @router.post("/rules/{name}/check")
    def check_rule(name: str, body: SaveRule, person: Person = operator) -> Checked:
        file = rule_file(name)
        return desk.checked(file, body.form.written(text_of(file)))

    @router.put("/persona")
    def save_persona(body: SavePersona, person: Person = operator) -> Saved:
        return desk.save(PERSONA, body.form.written(text_of(PERSONA)), body.revision, person)

    @router.post("/persona/check")
    def check_persona(body: SavePersona, person: Person = operator) -> Checked:
        return desk.checked(PERSONA, body.form.written(text_of(PERSONA)))


def _add_history(router: APIRouter, desk: PackDesk, operator: Person) -> None:
    @get_route(router, "/changes")
    def changes(person: Person = operator) -> list[ChangeRow]:
        return desk.changes()

    @get_route(router, "/changes/{number}")
    def change(number: int, person: Person = operator) -> WholeChange:
        return desk.change(number)

    @router.post("/changes/{number}/undo")
    def undo(number: int, body: Undo, person: Person = operator) -> Saved:
        return desk.undo(number, body.revision, person)


def _add_answers(router: APIRouter, console: Console, desk: PackDesk, operator: Person) -> None:
    @router.post("/answers")
    def approve(body: NewAnswer, person: Person = operator) -> list[AnswerShape]:
        return desk.approve(body.question, body.answer, body.instead, person)

    @router.post("/answers/effects")
    def effects(body: NewAnswer, person: Person = operator) -> EffectsShape:
        return EffectsShape.model_validate(console.session.effects(body.question, body.answer, ""))

    @router.delete("/answers/{answer}")
    def withdraw(answer: str, person: Person = operator) -> list[AnswerShape]:
        approvals.withdraw(console.store, person, answer)
        return desk.answers()
