"""The audit log's chain: whatever is changed, left out, added, moved or cut is named, and an export is held to it."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from chatbot.errors import InputError
from chatbot.store.audit import first_difference, first_fault, read_export
from chatbot.store.events import FIRST, Entry, Event


def log(count: int, actor: str = "operator:olga") -> list[Entry]:
    entries: list[Entry] = []
    for number in range(1, count + 1):
        event = Event(f"2026-01-0{number}", actor, "backup", f"ö{number}", {"n": number, "b": None}, "192.0.2.1")
        entries.append(Entry.following(event, number, entries[-1].hash if entries else FIRST))
    return entries


def changed(entries: list[Entry]) -> list[Entry]:
    return [*entries[:2], replace(entries[2], event=replace(entries[2].event, actor="operator:eve")), *entries[3:]]


def changed_with_its_hash(entries: list[Entry]) -> list[Entry]:
    event = replace(entries[2].event, detail={})
    return [*entries[:2], Entry.following(event, 3, entries[2].previous), *entries[3:]]


def test_a_log_is_whole() -> None:
    assert first_fault(log(5), 5) == "" == first_fault([])


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (changed, "entry 3 (backup by operator:eve at 2026-01-03) was changed"),
        (changed_with_its_hash, "entry 4 (backup by operator:olga at 2026-01-04) does not follow the one before it"),
        (lambda entries: [*entries[:1], *entries[3:]], "entries 2 to 3 are missing"),
        (lambda entries: entries[1:], "entry 1 is missing"),
        (lambda entries: entries[:4], "entry 5 is missing"),
        (lambda entries: [], "entries 1 to 5 are missing"),
        (lambda entries: [*entries[:2], entries[1], *entries[2:]], "entry 2 stands twice"),
        (lambda entries: [*entries[:3], *log(5, "operator:eve")[3:]], "entry 4 (backup by operator:eve"),
    ],
)
def test_the_first_entry_that_is_not_as_written_is_named(
    tamper: Callable[[list[Entry]], list[Entry]], fault: str
) -> None:
    assert first_fault(tamper(log(5)), 5).startswith(fault)


def test_a_log_written_anew_is_told_by_an_earlier_export() -> None:
    exported = [entry.as_line() for entry in log(3)]
    assert first_difference(read_export(exported), log(5)) == ""
    forged = log(5, "operator:eve")
    assert first_fault(forged, 5) == ""
    assert first_difference(read_export(exported), forged).startswith("entry 1 (backup by operator:eve")
    assert first_difference(read_export(exported), log(2)).startswith("entry 3 ")
    with pytest.raises(InputError, match="line 2 of the export"):
        first_difference(read_export([exported[0], '{"number": 2}']), log(5))


def test_whoever_has_a_line_can_check_it_without_us() -> None:
    fields = json.loads(log(2)[1].as_line())
    claimed = fields.pop("hash")
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == claimed
    assert fields["previous"] == log(1)[0].hash and fields["subject"] == "ö2"
