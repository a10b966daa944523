"""Hours are told in their time zone, through the night and the change of clocks; what is no hour is refused."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from chatbot.knowledge.hours import Hours

SHOP = Hours(
    timezone="Europe/London",
    monday=["13:00-18:00", "09:00-12:00"],
    saturday=["20:00-24:00"],
    closed=[date(2026, 6, 8)],
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-06-01T08:00", True),  # a Monday, 9:00 in London
        ("2026-06-01T07:59", False),
        ("2026-06-01T11:30", False),
        ("2026-06-01T16:59", True),
        ("2026-01-05T08:30", False),  # 8:30 in winter
        ("2026-06-06T22:59", True),
        ("2026-06-06T23:00", False),
        ("2026-06-08T08:30", False),  # closed
    ],
)
def test_people_answer_within_hours_of_their_place(moment: str, opened: bool) -> None:
    assert SHOP.open_at(at(moment)) is opened


def test_when_people_answer_next() -> None:
    assert SHOP.opens_at(at("2026-06-01T08:30")) == at("2026-06-01T08:30")
    assert SHOP.opens_at(at("2026-06-01T11:30")) == at("2026-06-01T12:00")
    assert SHOP.opens_at(at("2026-06-07T12:00")) == at("2026-06-13T19:00")
    long = SHOP.model_copy(update={"closed": [date.fromordinal(date(2026, 6, 1).toordinal() + n) for n in range(70)]})
    assert long.opens_at(at("2026-06-01T11:30")) is None


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"timezone": "Mars/Olympus", "monday": ["09:00-10:00"]}, "is no time zone"),
        ({"timezone": "../etc/passwd", "monday": ["09:00-10:00"]}, "is no time zone"),
        ({"timezone": "UTC", "monday": ["9-17"]}, "write it as"),
        ({"timezone": "UTC", "monday": ["17:00-09:00"]}, "write it as"),
        ({"timezone": "UTC", "monday": ["09:00-24:30"]}, "write it as"),
        ({"timezone": "UTC"}, "no day has hours"),
    ],
)
def test_what_is_no_hour_is_told(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Hours.model_validate(wrong)
