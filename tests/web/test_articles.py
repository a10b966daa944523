"""The pages of articles, and that the sources of a reply lead there."""

import httpx
import pytest
from fastapi import FastAPI

from chatbot.dialogue.session import Session
from chatbot.web.articles import article_address, article_routes
from tests.conftest import Serve


@pytest.fixture
def url(session: Session, serve: Serve) -> str:
    app = FastAPI()
    app.include_router(article_routes(lambda: session.pack))
    return serve(app)


def test_a_source_leads_to_its_passage(session: Session, url: str) -> None:
    *_, whole = session.say(session.store.people.add_visitor(), "what does sending back cost")
    used = [one for one in whole.trace.passages if one.get("used")]
    addresses = [article_address(one) for one in used]
    assert addresses
    for one, address in zip(used, addresses, strict=True):
        page, _, place = address.partition("#")
        answer = httpx.get(f"{url}/{page}")
        assert answer.status_code == 200 and f'id="{place}"' in answer.text and one["text"] in answer.text


def test_all_articles_are_listed_and_others_are_not_there(session: Session, url: str) -> None:
    listed = httpx.get(f"{url}/articles").text
    assert 'href="articles/returns">Returns<' in listed and 'href="articles/delivery">Delivery<' in listed
    for name in ("nothing", "..%2Fpack", "%2e%2e%2fpack.toml", "returns.md"):
        assert httpx.get(f"{url}/articles/{name}").status_code == 404
    (session.pack.folder / "articles" / "returns.md").unlink()
    gone = httpx.get(f"{url}/articles/returns")
    assert gone.status_code == 404 and "another name now" in gone.text


def test_an_approved_answer_has_no_page(session: Session) -> None:
    agent = session.store.people.add_staff("Anna", "agent", "correct horse battery")
    session.store.feedback.approve("Do you sell shades?", "Yes, in six colours.", agent)
    *_, whole = session.say(session.store.people.add_visitor(), "Do you sell shades?")
    assert [article_address(one) for one in whole.trace.passages if one["kind"] == "answer"] == [""]
