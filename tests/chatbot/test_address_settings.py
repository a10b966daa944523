"""Addresses as settings: what is taken comes out in one form, what is none is named with how to write it."""

from collections.abc import Callable

import pytest

from chatbot.address_settings import (
    read_hosts,
    read_networks,
    read_origins,
    read_provider,
    read_root_path,
    read_sites,
    read_webhook,
)
from chatbot.errors import SettingsError
from chatbot.settings import load_settings


def test_what_is_taken_has_one_form() -> None:
    assert read_root_path("/bot/") == "/bot" and read_root_path("") == ""
    assert read_hosts([" Chat.Example:8443", "[::1]"]) == ["chat.example:8443", "[::1]"]
    assert read_origins(["https://Shop.example/", "*"]) == ["https://shop.example", "*"]
    assert read_sites([" https://Shop.example:8443/"]) == ["https://shop.example:8443"]
    assert read_networks(["127.0.0.1", "10.0.0.0/8"]) == ["127.0.0.1/32", "10.0.0.0/8"]
    assert read_provider("https://login.example/realms/shop") == "https://login.example/realms/shop"


@pytest.mark.parametrize(
    ("read", "given", "says"),
    [
        (read_root_path, "bot", "write it like /bot"),
        (read_hosts, ["https://chat.example"], "no host"),
        (read_origins, ["shop.example"], "no origin"),
        (read_sites, ["*"], "each by name"),
        (read_sites, ["https://shop.example;script-src *"], "no site"),
        (read_sites, ["https://shop.example/lamps"], "no site"),
        (read_networks, ["proxy"], "no address or network"),
        (read_networks, ["0.0.0.0/0"], "everybody"),
        (read_provider, "http://login.example", "begins with https"),
        (read_webhook, "shop.example/hook", "no address to send to"),
    ],
)
def test_what_is_none_is_refused(read: Callable[[object], object], given: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read(given)


@pytest.mark.parametrize("secret", [None, "short", "whsec_not base64 at all"])
def test_a_webhook_has_a_secret_that_nobody_guesses(secret: str | None) -> None:
    given = {} if secret is None else {"webhook_secret": secret}
    with pytest.raises(SettingsError, match="webhook_secret"):
        load_settings(webhook_url="https://shop.example/hook", **given)
    assert load_settings(webhook_url="https://shop.example/hook", webhook_secret="0123456789abcdef").webhook_url
