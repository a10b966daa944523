"""Putting a page of Gradio into the application, with the look and the limits that all of them share."""

import gradio as gr
from fastapi import FastAPI
from starlette.routing import Mount

from chatbot.web.gradio_routes import PageRoutes
from chatbot.web.nonces import mark_scripts
from chatbot.web.pages import Page
from chatbot.web.theme import CSS, HEAD, chat_theme

CONCURRENT_EVENTS = 64


def mount_page(app: FastAPI, page: Page, blocks: gr.Blocks, head: str = "") -> FastAPI:
    """The application with a page at its path, `head` in its `<head>`; what holds other paths is mounted after them."""
    mark_scripts()
    blocks.queue(default_concurrency_limit=CONCURRENT_EVENTS)
    blocks.max_threads = CONCURRENT_EVENTS
    look = {"theme": chat_theme(), "css": CSS, "head": HEAD + head, "footer_links": []}
    quiet = {"run_history": False, "show_error": False, "pwa": False}
    mounted: FastAPI = gr.mount_gradio_app(app, blocks, path=page.path, **look, **quiet)
    route = mounted.routes[-1]
    assert isinstance(route, Mount)
    route.app = PageRoutes(route.app, blocks.fns)
    return mounted
