"""`[handoff.hours]` as a form: the hours of each weekday, the days that are closed, and the time zone."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel, ConfigDict

from chatbot.knowledge.editing.toml_values import Value
from chatbot.knowledge.hours import DAYS, Hours

TABLE = "handoff.hours"


class HoursForm(BaseModel):
    """Hours as somebody typed them, such as `09:00-17:30`; what they may be is said by the pack's own check."""

    model_config = ConfigDict(extra="forbid")

    timezone: str
    monday: list[str] = []
    tuesday: list[str] = []
    wednesday: list[str] = []
    thursday: list[str] = []
    friday: list[str] = []
    saturday: list[str] = []
    sunday: list[str] = []
    closed: list[str] = []

    @classmethod
    def of(cls, hours: Hours) -> "HoursForm":
        """The hours as they are."""
        days = {day: list(getattr(hours, day)) for day in DAYS}
        return cls(timezone=hours.timezone, closed=[day.isoformat() for day in hours.closed], **days)

    def values(self) -> dict[str, Value]:
        """The values of the table, by their names in `pack.toml`; a day without hours is left out."""
        spans = {f"{TABLE}.{day}": [span.strip() for span in getattr(self, day)] or None for day in DAYS}
        return {f"{TABLE}.timezone": self.timezone.strip(), **spans, f"{TABLE}.closed": _days(self.closed) or None}


def _days(typed: Sequence[str]) -> Sequence[str | date]:
    """Days as TOML has them; what is none stays as it was typed, for the check to name."""
    found: list[str | date] = []
    for text in typed:
        try:
            found.append(date.fromisoformat(text.strip()))
        except ValueError:
            found.append(text.strip())
    return found
