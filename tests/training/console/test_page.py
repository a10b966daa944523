"""The frame of /operate over HTTP: what it loads, who gets it, and what happens as it is pushed."""

import json
import re
from html import unescape
from urllib.parse import urljoin

import httpx
import pytest

from chatbot.store import Store
from tests.event_reader import EventReader
from training.console.page import operate_routes
from training.console.tabs.tab import API
from training.console.tabs.table import TABS

HTML = {"accept": "text/html"}
SLUGS = ["", *(tab.slug for tab in TABS)]


def test_everything_that_it_loads_is_there_and_of_this_host(olga: httpx.Client) -> None:
    page = olga.get("/operate/", headers=HTML)
    links = re.findall(r'(?:src|href)="([^"]+\.(?:js|css))"', page.text)
    assert len(links) > 10
    root = next(link for link in links if link.endswith("operate-page.js")).removesuffix("operate-page.js")
    for link in [*links, *(f"{root}{tab.slug}.js" for tab in TABS)]:
        answer = olga.get(urljoin(str(page.url), link))
        lasts = "immutable" in answer.headers.get("cache-control", "")
        assert answer.status_code == 200 and lasts == ("/vendored/" not in link), link
    assert "http:" not in page.text and "https:" not in page.text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_tab_is_a_deep_link_to_the_same_frame(olga: httpx.Client, slug: str) -> None:
    page = olga.get(f"/operate/{slug}", headers=HTML)
    assert page.status_code == 200 and 'aria-current="page">Operate' in page.text
    told = re.search(r'data-facts="([^"]+)"', page.text)
    assert told
    facts = json.loads(unescape(told[1]))
    assert [tab["slug"] for tab in facts["tabs"]] == [tab.slug for tab in TABS] and facts["me"]["name"] == "Olga"


@pytest.mark.parametrize("slug", SLUGS)
def test_an_agent_reads_why_not(anna: httpx.Client, slug: str) -> None:
    page = anna.get(f"/operate/{slug}", headers=HTML)
    assert page.status_code == 403 and "/operate is for operators" in page.text and page.text.startswith("<!doctype")


def test_whoever_is_not_signed_in_is_led_to_the_sign_in_page(url: str) -> None:
    assert httpx.get(f"{url}/operate/gaps", headers=HTML).headers["location"] == "/login?next=/operate/gaps"
    assert httpx.get(f"{url}{API}/overview").status_code == 401
    assert httpx.get(f"{url}/operate/events").status_code == 401


def test_tabs_have_names_and_addresses_of_their_own() -> None:
    assert len({tab.slug for tab in TABS}) == len({tab.name for tab in TABS}) == len(TABS)
    assert all(re.fullmatch("[a-z]+", tab.slug) for tab in TABS) and callable(operate_routes)


def test_what_another_process_does_to_runs_and_versions_is_pushed(olga: httpx.Client, remembered: Store) -> None:
    run = remembered.versions.start_run("operator:Olga")
    with EventReader(olga, "/operate/events") as told:
        remembered.versions.update_run(run.id, status="failed", error="the loss is nan")
        ended = told.wait(lambda event: event["kind"] == "run" and event["detail"]["run"] == run.id)
        assert ended["detail"]["status"] in ("failed", "interrupted")
        remembered.versions.add_version("lamps", "base", "ab12cd34", None, None)
        told.wait(lambda event: event["kind"] == "version")
