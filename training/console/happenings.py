"""The audit log as operators read it: its latest entries that concern them, in words."""

from dataclasses import dataclass
from itertools import groupby

from chatbot.store import Store
from chatbot.store.events import Event
from training.console.names import named, who

READ = 300
SHOWN = 60
HAPPENED = {
    "alias_champion": "let {subject} answer",
    "alias_candidate": "made {subject} the candidate",
    "alias_canary": "let {subject} answer a share of the conversations",
    "dropped_canary": "ended the trial of {subject}",
    "run_started": "started the run {subject}",
    "run_stop_asked": "asked the run {subject} to stop",
    "run_finished": "brought the run {subject} to its end",
    "run_stopped": "stopped the run {subject}",
    "run_failed": "could not bring the run {subject} to its end",
    "run_interrupted": "found the run {subject} interrupted",
    "snapshot": "froze snapshot {subject}",
    "version": "recorded the version {subject}",
    "answer_approved": "approved an answer",
    "answer_proposed": "sent an answer for a second look",
    "answer_confirmed": "confirmed an answer",
    "answer_withdrawn": "withdrew an approved answer",
    "gap_set_aside": "set a question without an answer aside",
    "gap_taken_back": "took a question back that was set aside",
    "handoff": "handed a conversation to a person",
    "handback": "handed a conversation back to the bot",
    "signed_in": "signed in",
    "signed_out": "signed out",
    "sign_in_failed": "did not get in as {subject}",
    "person_added": "added {subject}",
    "password_changed": "changed the password of {subject}",
    "role_changed": "changed the role of {subject}",
    "person_disabled": "disabled {subject}",
    "person_enabled": "enabled {subject}",
    "person_deleted": "deleted {subject}",
    "second_factor_on": "turned codes on for {subject}",
    "second_factor_off": "turned codes off for {subject}",
    "recovery_code_used": "used a recovery code",
    "key_added": "added the API key {subject}",
    "key_revoked": "revoked the API key {subject}",
    "conversation_deleted": "deleted the conversation {subject}",
    "exported": "exported {subject}",
    "audit_exported": "exported the audit log",
    "backup": "made a backup",
    "restored": "restored a backup",
    "server_started": "started the server at {subject}",
}
NOBODY = "a name that nobody has"


@dataclass(frozen=True)
class Happening:
    """A line of the log; `times` the same, one after another, `when` the last of them was."""

    when: str
    who: str
    what: str
    address: str = ""
    times: int = 1


def happenings(store: Store) -> list[Happening]:
    """The latest, the newest first."""
    events = [event for event in store.events.latest(HAPPENED, READ) if not _is_everyday(event)]
    same = [list(group) for _, group in groupby(events, lambda event: (event.actor, _happened(event), event.address))]
    return [
        Happening(first.at, who(first.actor), _happened(first), first.address, 1 + len(others))
        for first, *others in same[:SHOWN]
    ]


def _is_everyday(event: Event) -> bool:
    """Whether it is only a visitor who came for the first time."""
    return event.kind == "person_added" and event.detail.get("role") == "visitor"


def _happened(event: Event) -> str:
    subject = named(str(event.detail.get("name") or event.subject or NOBODY))
    text = HAPPENED[event.kind].format(subject=subject)
    if before := event.detail.get("before"):
        text += f" instead of {named(str(before))}"
    return f"{text}: {reason}" if (reason := event.detail.get("reason")) else text
