"""The pack's colour and logo on the pages that visitors see."""

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


def brand_routes(pack: Pack) -> APIRouter:
    """The stylesheet of plain pages, and the logo if the pack has one."""
    router = APIRouter(include_in_schema=False)
    light, dark = colours(pack.persona)
    style = f":root {{ --accent: {light}; }} @media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"

    @get_route(router, f"/{STYLE}", include_in_schema=False)
    def stylesheet() -> Response:
        return Response(style, media_type="text/css")

    if pack.persona.logo:
        image = (pack.folder / pack.persona.logo).read_bytes()
        kind = LOGO_TYPES[pack.persona.logo.rpartition(".")[2]]

        @get_route(router, f"/{LOGO}", include_in_schema=False)
        def logo() -> Response:
            return Response(image, media_type=kind, headers={"Cache-Control": "max-age=3600"})

    return router
