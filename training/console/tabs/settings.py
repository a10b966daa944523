"""The tab Settings: all of them with where they come from; those that are read anew at every use can be changed."""

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from chatbot.broker import Happening
from chatbot.changing_settings import Source, adopt_kept, all_settings, change
from chatbot.records import Person
from chatbot.web.bodies import Body
from chatbot.web.routes import get_route
from training.console.console import Console
from training.console.tabs.tab import tab_router


class NewValue(Body):
    """A value as somebody typed it."""

    value: str


class SettingShape(BaseModel, from_attributes=True):
    """A setting; see `changing_settings.Seen`."""

    name: str
    value: str
    usual: str
    description: str
    source: Source
    where: str
    changeable: bool
    flag: bool


def routes(console: Console) -> APIRouter:
    """What the tab asks."""
    router, operator = tab_router("settings"), Depends(console.operator)
    settings, store = console.session.settings, console.store

    def told() -> list[SettingShape]:
        return [SettingShape.model_validate(one) for one in all_settings(settings)]

    def hear(happening: Happening) -> None:
        if happening.kind == "setting":
            adopt_kept(settings, str(happening.detail["name"]))

    store.broker.listen(hear)

    @get_route(router, "/all")
    def listed(person: Person = operator) -> list[SettingShape]:
        return told()

    @router.put("/{name}")
    def put(name: str, body: NewValue, person: Person = operator) -> list[SettingShape]:
        change(settings, store, name, body.value, person.actor)
        return told()

    @router.delete("/{name}")
    def leave(name: str, person: Person = operator) -> list[SettingShape]:
        change(settings, store, name, None, person.actor)
        return told()

    return router
