"""How the bot is doing, as the tab asks for it."""

import httpx

from chatbot.records import now
from chatbot.store import Store
from training.console.tabs import overview
from training.console.tabs.tab import API

BODY = {"model": "champion", "messages": [{"role": "user", "content": "How long may I return a lamp?"}]}


def test_it_tells_how_conversations_went_and_what_to_do_next(
    url: str, olga: httpx.Client, anna: httpx.Client, remembered: Store
) -> None:
    assert [step["kind"] for step in olga.get(f"{API}/overview").json()["steps"]] == ["begin"]
    assert httpx.post(f"{url}/v1/chat/completions", json=BODY, timeout=30).status_code == 200
    told = olga.get(f"{API}/overview", params={"days": 7}).json()
    assert told["now"]["conversations"] == 1 and told["now"]["endings"] == {"open": 1}
    assert told["before"]["conversations"] == 0 and told["before"]["resolved"] is None
    assert len(told["by_day"]) == 7 and told["by_day"][-1]["day"] == now()[:10]
    (version,) = told["by_version"]
    assert (version["version"], version["answers"]) == ("base", True) and told["steps"] == []
    remembered.versions.update_run(remembered.versions.start_run("system").id, status="failed", error="out of memory")
    assert "out of memory" in olga.get(f"{API}/overview").json()["steps"][0]["text"]
    assert anna.get(f"{API}/overview").status_code == 403 and callable(overview.routes)


def test_too_many_days_are_refused_in_words(olga: httpx.Client) -> None:
    answer = olga.get(f"{API}/overview", params={"days": 1000})
    assert answer.status_code == 400 and answer.json()["detail"] == "days = 1000: use 1 to 366"
