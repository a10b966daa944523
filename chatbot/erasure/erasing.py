"""The one way to delete: a visitor's click, `python -m chatbot forget` and retention all come here.

First the database, in one transaction that also opens the deletion in the journal; then the places outside it. What
cannot be reached yet (a run under way, a write-ahead log that another process reads, a file that cannot be written)
stays open in the journal, and `settle` tries again: on a timer while the server runs, and at its next start.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from chatbot.erasure.findings import Findings, Search, amount
from chatbot.erasure.places import PLACES, unclaimed
from chatbot.erasure.training_rows import holding
from chatbot.errors import UserError
from chatbot.store import Store
from chatbot.store.erasures import Erasure, Traces

LOG_IN_USE = "the database's write-ahead log, which another process reads: it is emptied when that lets go"
ASIDE = ".before-restore-*"
COUNTS = "figures that name nobody: how many rows a snapshot held, how many replies were written and rated"


def preview(home: Path, store: Store, conversations: Sequence[str]) -> Findings:
    """What `erase` would tell, with nothing changed."""
    traces = _traced(home, store, conversations)
    return _in_database(store, traces) + _elsewhere(Search(home, store, traces, look_only=True))


def erase(home: Path, store: Store, conversations: Sequence[str], actor: str, visitors: Sequence[str] = ()) -> Findings:
    """Delete conversations and every copy of what was said in them; also forget the `visitors` who had them."""
    traces = _traced(home, store, conversations)
    found = _in_database(store, traces)
    erasure = store.erasures.erase(traces, actor, visitors)
    return found + _settle_one(home, store, erasure)


def settle(home: Path, store: Store, since: str | None = None) -> Findings:
    """Go on with open deletions; with `since` also with those ordered since then, for what was written meanwhile."""
    found = Findings()
    for erasure in store.erasures.journal(since):
        found += _settle_one(home, store, erasure)
    return found


def _traced(home: Path, store: Store, conversations: Sequence[str]) -> Traces:
    traces = store.erasures.traces(conversations)
    return replace(traces, snapshots=sorted(holding(home, traces)))


def _settle_one(home: Path, store: Store, erasure: Erasure) -> Findings:
    snapshots = holding(home, erasure.traces).union(erasure.traces.snapshots)
    store.erasures.note(erasure, snapshots, settled=False)
    search = Search(home, store, replace(erasure.traces, snapshots=sorted(snapshots)))
    found = _elsewhere(search)
    found.left += [f"run {run} is under way: what it writes is looked at when it ends" for run in search.in_use]
    if not store.erasures.wipe():
        found.left.append(LOG_IN_USE)
    store.erasures.note(erasure, snapshots, settled=not found.left)
    return found


def _elsewhere(search: Search) -> Findings:
    """What the places outside the database tell; a place that fails is left for later."""
    found = Findings(backups=_backups(search))
    for place in PLACES:
        if place.erase is None:
            continue
        try:
            found += place.erase(search)
        except (OSError, ValueError, UserError) as error:
            found.left.append(f"{', '.join(place.files)}: {error}")
    found.kept += [f"{name}, which is none of the product's files" for name in unclaimed(search.home)]
    return found


def _in_database(store: Store, traces: Traces) -> Findings:
    count = store.erasures.count(traces)
    found = Findings(kept=[COUNTS])
    for number, one, many in (
        (count.conversations, "conversation", ""),
        (count.messages, "message", ""),
        (count.feedback, "rating, comment or correction", "ratings, comments and corrections"),
        (count.answers, "approved answer", ""),
        (count.notes, "note of the staff", "notes of the staff"),
        (count.uploads, "file that was sent", "files that were sent"),
        (count.remembered, "thing remembered of the visitor", "things remembered of the visitor"),
    ):
        if number:
            found.removed.append(amount(number, one, many))
    if count.kept_answers:
        found.kept.append(
            f"{amount(count.kept_answers, 'approved answer')} in words of the staff, drawn with consent; no fine-tune "
            "learns from them any more, and /review withdraws them"
        )
    if count.quoted:
        quoted = amount(count.quoted, "reply", "replies")
        found.kept.append(f"{quoted} to other people that quoted a deleted answer, as they read it")
    return found


def _backups(search: Search) -> list[str]:
    """The copies of the home that are known, which a deletion does not reach."""
    home = search.home.resolve()
    known = [*search.store.erasures.backups(), *sorted(home.parent.glob(f"{home.name}{ASIDE}"))]
    return [str(folder) for folder in dict.fromkeys(known)]
