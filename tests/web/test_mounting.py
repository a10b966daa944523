"""A page of Gradio in the application."""

import gradio as gr
import httpx
from fastapi import FastAPI

from chatbot.web.mounting import CONCURRENT_EVENTS, mount_page
from chatbot.web.pages import REVIEW
from tests.conftest import Serve


def test_a_page_is_served_at_its_path_with_the_look_of_all(serve: Serve) -> None:
    with gr.Blocks(title="Here", analytics_enabled=False) as blocks:
        gr.HTML("Hello")
    url = serve(mount_page(FastAPI(), REVIEW, blocks))
    answer = httpx.get(f"{url}{REVIEW.path}/")
    assert answer.status_code == 200 and "color-scheme" in answer.text
    assert httpx.get(url).status_code == 404
    assert blocks.max_threads == CONCURRENT_EVENTS
