"""What people ask and do not get answered, as the tab asks for it."""

import httpx

from training.console.tabs import gaps
from training.console.tabs.tab import API


def test_it_is_for_operators(anna: httpx.Client) -> None:
    assert anna.get(f"{API}/gaps").status_code == 403 and callable(gaps.routes)
