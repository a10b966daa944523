"""The hours in which people answer, as a form: read back as typed, taken out whole, and faults told by the check."""

import tomllib
from datetime import date

import pytest
from pydantic import ValidationError

from chatbot.knowledge.editing.forms import PersonaForm
from chatbot.knowledge.editing.hours_form import HoursForm
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.persona import Persona
from chatbot.pack_folders import DATA

PACK = load_pack(DATA / "larkspur")
FILE = (PACK.folder / "pack.toml").read_text(encoding="utf-8")
CLOSED = "2026-12-25"


def written(opening: HoursForm | None, text: str = FILE) -> str:
    return PersonaForm.of(PACK.persona).model_copy(update={"opening": opening}).written(text)


def read(text: str) -> Persona:
    return Persona.model_validate(tomllib.loads(text))


def test_what_was_typed_is_read_back_and_all_else_stays() -> None:
    opening = HoursForm(timezone="Europe/Paris", monday=["08:00-12:00", "13:00-24:00"], closed=[CLOSED])
    text = written(opening)
    hours = read(text).handoff.hours
    assert hours and HoursForm.of(hours) == opening and hours.closed == [date(2026, 12, 25)]
    assert f"closed = [{CLOSED}]" in text and "tuesday" not in text
    assert [line for line in text.splitlines() if line not in FILE] == [
        'timezone = "Europe/Paris"',
        'monday = ["08:00-12:00", "13:00-24:00"]',
        f"closed = [{CLOSED}]",
    ]
    assert written(opening, text) == text


def test_hours_are_taken_out_with_what_is_said_outside_them_and_given_anew() -> None:
    without = written(None)
    handoff = read(without).handoff
    assert (handoff.hours, handoff.outside, handoff.kept) == (None, None, None)
    assert read(without).memory == PACK.persona.memory and "[handoff.hours]" not in without
    again = read(written(HoursForm(timezone="Europe/London", sunday=["10:00-12:00"]), without)).handoff
    assert again.hours and again.hours.sunday == ["10:00-12:00"] and again.outside == PACK.persona.handoff.outside


def test_a_table_in_one_line_is_changed_too() -> None:
    start = FILE.index("[handoff.hours]")
    line = 'hours = { timezone = "Europe/London", monday = ["09:00-18:00"] }'
    text = FILE[:start] + line + FILE[FILE.index("[memory]") - 2 :]
    hours = read(written(HoursForm(timezone="Europe/London", monday=["10:00-11:00"]), text)).handoff.hours
    assert hours and hours.monday == ["10:00-11:00"]


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (HoursForm(timezone="Mars", monday=["09:00-18:00"]), "is no time zone"),
        (HoursForm(timezone="Europe/London", monday=["09:00-"]), "is no time of a day"),
        (HoursForm(timezone="Europe/London", monday=["09:00-18:00"], closed=["Christmas"]), "valid date"),
        (HoursForm(timezone="Europe/London"), "no day has hours"),
    ],
)
def test_what_cannot_be_is_named_by_the_pack_itself(opening: HoursForm, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        read(written(opening))
