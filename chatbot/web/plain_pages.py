"""Pages without scripts: HTML from a template, never kept by the browser."""

from collections.abc import Mapping
from datetime import datetime

from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

_templates = Environment(
    loader=PackageLoader("chatbot.web", "templates"),
    autoescape=select_autoescape(),
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.filters["moment"] = lambda stamp: moment_of(datetime.fromisoformat(stamp))


def plain_page(
    template: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: object
) -> HTMLResponse:
    """A page of `templates/`, filled in."""
    html = _templates.get_template(template).render(**values)
    return HTMLResponse(html, status, headers={"Cache-Control": "no-store", **(headers or {})})


def moment_of(moment: datetime) -> str:
    """A moment as people read it."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def drawing(path: str) -> Markup:
    """A small line drawing of an SVG path, for a page's `icon`."""
    return Markup('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d="{}"/></svg>').format(path)
