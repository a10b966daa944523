"""Whether the audit log is as it was written: the first entry that is not, in words.

Somebody who may write the database's file can change an entry and all the hashes after it; an export that is kept
elsewhere tells.
"""

import json
from collections.abc import Iterable, Iterator

from chatbot.errors import InputError
from chatbot.store.events import FIRST, Entry, Event, hash_of


def first_fault(entries: Iterable[Entry], written: int = 0) -> str:
    """The first entry that is not as it was written, in words; empty where all are, and as many as were `written`."""
    number, previous = 0, FIRST
    for entry in entries:
        if entry.number != number + 1:
            return _missing(number + 1, entry.number - 1)
        if entry.previous != previous:
            return f"{entry} does not follow the one before it"
        if entry.hash != hash_of(entry.event, entry.number, entry.previous):
            return f"{entry} was changed"
        number, previous = entry.number, entry.hash
    return _missing(number + 1, written) if number < written else ""


def first_difference(exported: Iterable[Entry], entries: Iterable[Entry]) -> str:
    """The first entry of an earlier export that is not in the log as it was then, in words; empty where all are."""
    log = iter(entries)
    for entry in exported:
        same = next((one for one in log if one.number >= entry.number), None)
        if same is None or same.number != entry.number:
            return f"{entry} of the export is missing"
        if same != entry:
            return f"{same} is not the one of the export: {entry}"
    return ""


def read_export(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of an export; raises `InputError` with the number of a line that is none."""
    for number, line in enumerate(lines, 1):
        try:
            fields = json.loads(line)
            place = int(fields.pop("number")), str(fields.pop("previous")), str(fields.pop("hash"))
            yield Entry(place[0], Event(**fields), *place[1:])
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(f"line {number} of the export is no entry of an audit log") from None


def _missing(first: int, last: int) -> str:
    if last < first:
        return f"entry {last + 1} stands twice"
    return f"entry {first} is missing" if first == last else f"entries {first} to {last} are missing"
