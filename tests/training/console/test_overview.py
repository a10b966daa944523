"""How the bot is doing, as the tab asks for it."""

import httpx

from training.console.tabs import overview
from training.console.tabs.tab import API


def test_it_is_for_operators(anna: httpx.Client) -> None:
    assert anna.get(f"{API}/overview").status_code == 403 and callable(overview.routes)
