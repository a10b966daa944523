"""The libraries of others that our pages run, kept in `templates/vendored/` and served from our own origin.

The README of that folder says what they are and how they are renewed.
"""

from pathlib import Path

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "templates" / "vendored"
PATH = "/vendored"
SCRIPTS = ("marked-18.2.1.umd.js", "purify-3.5.0.min.js")


def mount_vendored(app: FastAPI) -> None:
    """Serve them, before a page at `/` takes every path."""
    app.mount(PATH, StaticFiles(directory=FOLDER))


def script_tags() -> str:
    """What loads them into a page that stands at `/`, whatever path the product stands under."""
    return "".join(f'<script src=".{PATH}/{name}"></script>' for name in SCRIPTS)
