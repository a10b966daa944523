"""The chat page says what the pack says now, to whoever opens it after a change."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.renewing import Renewal
from chatbot.dialogue.session import Session
from chatbot.web.access import Access
from chatbot.web.brand import brand_head
from chatbot.web.chat import build_chat_page
from chatbot.web.chat_words import header_words
from chatbot.web.mounting import mount_page
from chatbot.web.pages import CHAT
from tests.conftest import Serve


@pytest.fixture
def renewal(session: Session) -> Iterator[Renewal]:
    renewal = Renewal(session)
    yield renewal
    renewal.finish()


def config_of(url: str) -> tuple[str, str]:
    page = httpx.get(f"{url}/").text
    found = re.search(r"window.gradio_config = (.*?);</script>", page)
    assert found
    return page, json.dumps(json.loads(found[1]), ensure_ascii=False)


def test_a_changed_text_is_on_the_next_page(session: Session, access: Access, serve: Serve, renewal: Renewal) -> None:
    persona = session.pack.persona
    app = mount_page(FastAPI(), CHAT, build_chat_page(session, access), brand_head(persona))
    url = serve(app)
    page, config = config_of(url)
    assert '"Hello!"' in config and "Ask a question" in config and "#2f6f62" in page
    file = session.pack.folder / "pack.toml"
    _change(file, 'greeting = "Hello!"', 'greeting = "Good day!"\naccent = "#123456"')
    _change(file, "[contact]", '[texts]\nask = "Ask away"\nconsent = "Learn"\nsmall_print = "Small"\n[contact]')
    _change(file, 'title = "Lamps"', 'title = "Lights"')
    renewal.now()
    page, config = config_of(url)
    for text in ("Good day!", "Ask away", "Learn", "Small", "Lights assistant"):
        assert text in config, text
    assert '"Hello!"' not in config and "#123456" in page and 'title" content="Lights"' in page
    assert header_words(session.pack.persona)["headline"] == "Lights"


def _change(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
