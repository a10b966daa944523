"""The libraries of others that our pages run, kept in `templates/vendored/` and served from our own origin.

The README of that folder says what they are and how they are renewed.
"""

from pathlib import Path

from fastapi import FastAPI

from chatbot.web.packed_files import PackedFiles

FOLDER = Path(__file__).parent / "templates" / "vendored"
PATH = "/vendored"
SCRIPTS = ("marked-18.2.1.umd.js", "purify-3.5.0.min.js")
TYPEFACE = "atkinson-hyperlegible-next-5.3.0/atkinson-hyperlegible-next-latin-wght-normal.woff2"
STYLE = "type.css"
"""Ours: it declares the typeface, and the sizes and spaces of all pages."""


def mount_vendored(app: FastAPI) -> None:
    """Serve them, before a page at `/` takes every path."""
    app.mount(PATH, PackedFiles(directory=FOLDER))


def script_tags() -> str:
    """What loads them into a page that stands at `/`, whatever path the product stands under."""
    return "".join(f'<script src=".{PATH}/{name}"></script>' for name in SCRIPTS)


def typeface_tags() -> str:
    """What sets a page that stands at `/` in the typeface, fetched before the page asks for it."""
    return (
        f'<link rel="preload" href=".{PATH}/{TYPEFACE}" as="font" type="font/woff2" crossorigin>'
        f'<link rel="stylesheet" href=".{PATH}/{STYLE}">'
    )
