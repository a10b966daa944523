"""What an operator chose may be recorded: secrets are hidden by their type, and in addresses."""

import json

from chatbot.chosen_settings import HIDDEN, chosen_settings
from chatbot.settings import load_settings


def test_chosen_settings_are_told_without_secrets() -> None:
    urls = ["https://user:hush@gpu1.example:8000/v1", "http://gpu2:8000"]
    settings = load_settings(remote_urls=urls, remote_api_key="hush", api_open=False, canary="5%")
    told = chosen_settings(settings)
    assert told["remote_urls"] == [f"https://{HIDDEN}@gpu1.example:8000/v1", "http://gpu2:8000"]
    assert (told["remote_api_key"], told["api_open"], told["canary"]) == (HIDDEN, False, 0.05)
    assert "hush" not in json.dumps(told) and "temperature" not in told
