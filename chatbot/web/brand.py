"""The pack's colour and logo on the pages that visitors see."""

import re
from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import Response

from chatbot.knowledge.colours import DAY, NIGHT, readable
from chatbot.knowledge.packs import Pack
from chatbot.knowledge.persona import LOGO_TYPES, Persona
from chatbot.web.routes import get_route

LOGO, STYLE = "brand/logo", "brand/style.css"
GRADIO = """body { --button-primary-background-fill: var(--fill) !important; --color-accent: var(--accent) !important;
  --button-primary-background-fill-hover: color-mix(in srgb, var(--fill) 86%, #000) !important;
  --link-text-color: var(--accent) !important; --input-border-color-focus: var(--accent) !important; }"""
"""Gradio has values of its own for dark pages, which these replace as well."""


def colours(persona: Persona) -> tuple[str, str]:
    """The pack's accent as words can be read in it, in light and in dark."""
    return readable(persona.accent, DAY), readable(persona.accent, NIGHT)


def brand_head(persona: Persona) -> str:
    """What goes into the `<head>` of the chat page."""
    light, dark = colours(persona)
    return f"<style>body {{ --accent: {light}; --fill: {light}; }} body.dark {{ --accent: {dark}; }} {GRADIO}</style>"


BRAND = re.compile(r"<style>body \{ --accent: .*?</style>", re.DOTALL)
"""Finds that in a head."""


def brand_routes(current: Callable[[], Pack]) -> APIRouter:
    """The stylesheet of plain pages, and the logo if the `current` pack has one."""
    router = APIRouter(include_in_schema=False)

    @get_route(router, f"/{STYLE}", include_in_schema=False)
    def stylesheet() -> Response:
        light, dark = (f":root {{ --accent: {colour}; }}" for colour in colours(current().persona))
        return Response(f"{light} @media (prefers-color-scheme: dark) {{ {dark} }}\n", media_type="text/css")

    @get_route(router, f"/{LOGO}", include_in_schema=False)
    def logo() -> Response:
        pack = current()
        name = pack.persona.logo
        if not name:
            return Response(status_code=404)
        image, kind = (pack.folder / name).read_bytes(), LOGO_TYPES[name.rpartition(".")[2]]
        return Response(image, media_type=kind, headers={"Cache-Control": "max-age=3600"})

    return router
