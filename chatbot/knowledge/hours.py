"""The hours in which people answer, as a pack has them: by weekday, in a time zone, but for days that are closed."""

import re
from datetime import date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]|24):([0-5]\d)")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LOOKED_AHEAD = 60  # days


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError(f"{name!r} is no time zone: name one such as 'Europe/London'") from None
    return name


def _span(text: str) -> str:
    found = SPAN.fullmatch(text)
    if found is None or not _minutes(text)[0] < _minutes(text)[1] <= 24 * 60:
        raise ValueError(f"{text!r} is no time of a day: write it as '09:00-17:30'")
    return text


Spans = list[Annotated[str, AfterValidator(_span)]]


class Hours(BaseModel):
    """When people answer: for each weekday from when to when, in minutes of its day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Annotated[str, AfterValidator(_zone)]
    monday: Spans = []
    tuesday: Spans = []
    wednesday: Spans = []
    thursday: Spans = []
    friday: Spans = []
    saturday: Spans = []
    sunday: Spans = []
    closed: list[date] = Field([], description="Days on which nobody answers, such as holidays.")

    @model_validator(mode="after")
    def _opens(self) -> "Hours":
        if not any(getattr(self, day) for day in DAYS):
            raise ValueError("no day has hours: give some, or leave the hours out")
        return self

    def open_at(self, moment: datetime) -> bool:
        """Whether people answer at a moment."""
        here = moment.astimezone(ZoneInfo(self.timezone))
        minute = here.hour * 60 + here.minute
        return any(first <= minute < last for first, last in self._spans(here.date()))

    def opens_at(self, moment: datetime) -> datetime | None:
        """When people answer next: the moment itself where they do, None where they do not for long."""
        if self.open_at(moment):
            return moment
        here = moment.astimezone(ZoneInfo(self.timezone))
        for ahead in range(LOOKED_AHEAD):
            day = here.date() + timedelta(days=ahead)
            for first, _ in self._spans(day):
                opening = datetime.combine(day, time(first // 60, first % 60), ZoneInfo(self.timezone))
                if opening > here:
                    return opening
        return None

    def _spans(self, day: date) -> list[tuple[int, int]]:
        if day in self.closed:
            return []
        return sorted(_minutes(span) for span in getattr(self, DAYS[day.weekday()]))


def _minutes(span: str) -> tuple[int, int]:
    hours = [int(number) for number in re.findall(r"\d\d", span)]
    return hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
