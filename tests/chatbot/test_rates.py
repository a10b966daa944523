"""Rates as they are written in settings, and as they are told to people."""

import pytest

from chatbot.errors import SettingsError
from chatbot.rates import Rate, read_rate, spoken
from chatbot.settings import load_settings


@pytest.mark.parametrize(
    ("text", "rate", "written"),
    [
        ("10/second", Rate(10, 1), "10/second"),
        ("20 per Minute", Rate(20, 60), "20/minute"),
        (" 100/5 minutes ", Rate(100, 300), "100/5 minutes"),
        ("7/60minutes", Rate(7, 3600), "7/hour"),
        ("500/day", Rate(500, 86400), "500/day"),
    ],
)
def test_a_rate_is_read_and_written_again(text: str, rate: Rate, written: str) -> None:
    assert read_rate(text) == rate and str(rate) == written and read_rate(written) == rate


@pytest.mark.parametrize(
    "text",
    [
        *("0/second", "-1/minute", "1/fortnight", "1/0 minutes", "2/days 3", "many", "", "1/2 days"),
        *("5/minute; 9/hour", "1.5/minute", "10", "1/year", "9999999999/second", "1/minute/"),
    ],
)
@pytest.mark.parametrize("setting", ["api_rate", "message_rate", "feedback_rate"])
def test_what_is_no_rate_or_lets_nobody_in_is_refused(setting: str, text: str) -> None:
    with pytest.raises(SettingsError, match="write it like 10/second") as refused:
        load_settings(**{setting: text})
    assert f"{setting} = {text!r}" in str(refused.value)


def test_a_rate_that_is_a_number_is_refused() -> None:
    with pytest.raises(SettingsError, match="it is no rate"):
        load_settings(api_rate=10)


def test_rates_and_waits_in_words() -> None:
    assert Rate(20, 60).of("messages") == "20 messages in a minute"
    assert Rate(3, 3600).of("uploads") == "3 uploads in an hour"
    assert Rate(20, 60).times(20) == Rate(400, 60)
    assert [spoken(seconds) for seconds in (1, 40, 119, 120, 300)] == [
        *("1 second", "40 seconds", "119 seconds", "2 minutes", "5 minutes")
    ]


def test_a_rate_is_set_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_API_RATE", "10/second")
    assert load_settings().api_rate == Rate(10, 1)
    monkeypatch.setenv("CHATBOT_API_RATE", "0/second")
    with pytest.raises(SettingsError, match=r"api_rate = '0/second': .*let nobody in"):
        load_settings()
