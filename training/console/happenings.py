"""The audit log as operators read it: what the staff and the system did, in words, the same many times in one line."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from chatbot.store import Store
from chatbot.store.events import Event, EventFilter
from training.console.names import named, who

READ = 300
SHOWN = 60
Sort = Literal["accounts", "chats", "knowledge", "versions", "system"]
HAPPENED: Mapping[Sort, Mapping[str, str]] = {
    "accounts": {
        "signed_in": "signed in",
        "signed_out": "signed out",
        "sign_in_failed": "did not get in as {subject}",
        "sign_ins_ended": "signed {subject} out everywhere",
        "person_added": "added {subject}",
        "person_removed": "removed {subject}",
        "person_disabled": "disabled {subject}",
        "person_enabled": "enabled {subject}",
        "password_changed": "changed the password of {subject}",
        "role_changed": "changed the role of {subject}",
        "second_factor_on": "turned codes on",
        "second_factor_off": "turned codes off",
        "recovery_code_used": "used a recovery code",
        "key_added": "added the API key {subject}",
        "key_revoked": "revoked the API key {subject}",
    },
    "chats": {
        "handoff": "handed a chat to a person",
        "handback": "handed a chat back to the bot",
        "case_claimed": "took a chat over",
        "case_requeued": "put a chat back among those that wait",
        "case_transferred": "passed a chat on to {holder}",
        "case_returned": "put a chat back among those that wait, as {holder} was away",
        "case_closed": "closed a chat",
        "case_reopened": "opened a chat again",
        "case_noted": "left a note at a chat",
        "case_labelled": "labelled a chat",
        "case_unlabelled": "took a label off a chat",
        "agent_message": "wrote in a chat",
        "contact_kept": "kept an address for a chat",
        "renamed": "renamed a chat",
        "rating": "rated a reply: {value}",
        "rating_withdrawn": "took a rating back",
        "stars": "graded a reply",
        "correction": "corrected a reply",
        "correction_withdrawn": "took a correction back",
        "canned_reply_changed": "changed the canned reply {subject}",
        "canned_reply_removed": "removed the canned reply {subject}",
        "conversation_deleted": "deleted a chat",
        "person_deleted": "deleted a visitor and all of theirs",
        "webhook_given_up": "gave up telling a webhook: {what}",
    },
    "knowledge": {
        "pack_changed": "changed {subject}",
        "answer_approved": "approved an answer",
        "answer_proposed": "sent an answer for a second look",
        "answer_confirmed": "confirmed an answer",
        "answer_withdrawn": "withdrew an approved answer",
        "gap_set_aside": "set a question without an answer aside",
        "gap_taken_back": "took a question back that was set aside",
    },
    "versions": {
        "alias_champion": "let {subject} answer",
        "alias_candidate": "made {subject} the candidate",
        "alias_canary": "let {subject} answer a share of the chats",
        "dropped_candidate": "let {subject} be the candidate no more",
        "dropped_canary": "ended the trial of {subject}",
        "run_started": "started the training {subject}",
        "run_stop_asked": "asked the training {subject} to stop",
        "run_finished": "brought the training {subject} to its end",
        "run_stopped": "stopped the training {subject}",
        "run_failed": "could not bring the training {subject} to its end",
        "run_interrupted": "found the training {subject} interrupted",
        "snapshot": "froze what is learned from, snapshot {subject}",
        "version": "recorded the version {subject}",
        "exported": "exported {subject}",
    },
    "system": {
        "setting_changed": "changed {subject} from {was} to {value}",
        "server_started": "started the server {subject}",
        "backup": "made a backup",
        "restored": "restored a backup",
        "audit_exported": "exported this log",
    },
}
WORDS = {kind: words for kinds in HAPPENED.values() for kind, words in kinds.items()}
OF_A_CHAT = frozenset({"handoff", "handback", "agent_message", *(kind for kind in WORDS if kind.startswith("case_"))})
"""Kinds whose subject is a conversation that can be read."""
NOBODY = "a name that nobody has"


@dataclass(frozen=True)
class Happening:
    """A line of the log, of entry `number`; `times` the same, one after another, `when` the last of them was."""

    number: int
    when: str
    who: str
    what: str
    address: str = ""
    conversation: str = ""
    times: int = 1


@dataclass(frozen=True)
class LogPage:
    """Lines, the newest first; `next` is where the ones before them begin, None where there are none."""

    lines: list[Happening]
    next: int | None


def happenings(store: Store, wanted: EventFilter, before: int | None = None) -> LogPage:
    """The latest lines that are wanted, of those before an entry where one is named."""
    entries = store.events.found(wanted, READ, before)
    told = [(_told(store, entry.event), entry) for entry in entries]
    same = [(words, [entry for _, entry in group]) for words, group in groupby(told, lambda one: one[0])]
    shown = same[:SHOWN]
    lines = [
        Happening(group[0].number, group[0].event.at, name, what, address, chat, len(group))
        for (name, what, address, chat), group in shown
    ]
    more = len(same) > SHOWN or len(entries) == READ
    return LogPage(lines, shown[-1][1][-1].number if more else None)


def kinds_of(sort: Sort | None) -> frozenset[str]:
    """The kinds of a sort; none, which stands for all, where no sort is named."""
    return frozenset(HAPPENED[sort]) if sort else frozenset()


def _told(store: Store, event: Event) -> tuple[str, str, str, str]:
    """Who did what from where, and in which conversation."""
    return who(event.actor), _happened(store, event), event.address, event.subject if event.kind in OF_A_CHAT else ""


def _happened(store: Store, event: Event) -> str:
    told = event.detail
    known = {name: str(value) for name, value in told.items()}
    nobody = NOBODY if event.kind == "sign_in_failed" else ""
    known["subject"] = named(str(told.get("name") or event.subject or nobody))
    if holder := told.get("holder"):
        known["holder"] = store.people.name_of(str(holder), "somebody who left")
    words = WORDS.get(event.kind, f"{event.kind.replace('_', ' ')} {{subject}}")
    text = words.format_map(defaultdict(str, known)).rstrip()
    if undone := told.get("undoes"):
        text += f", which undid change {undone}"
    if before := told.get("before"):
        text += f" instead of {named(str(before))}"
    return f"{text}: {reason}" if (reason := told.get("reason")) else text
