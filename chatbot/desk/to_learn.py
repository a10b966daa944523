"""What people said since the last training that made a version: what may be learned of it, and what may not."""

from dataclasses import dataclass

from chatbot.store import Store


@dataclass(frozen=True)
class ToLearn:
    """Feedback by kind: like, dislike, correction and (approved) answer; `snapshot` is what was learned from last.

    `left_out` counts what was said in conversations whose visitor has not agreed that they are learned from.
    """

    snapshot: int | None
    since: str
    given: dict[str, int]
    left_out: int


def find_to_learn(store: Store, pack: str) -> ToLearn:
    """What waits to be learned of a pack's conversations, and of all approved answers."""
    learned = {version.snapshot for version in store.versions.all()}
    last = next((one for one in store.versions.snapshots() if one.pack == pack and one.number in learned), None)
    since = last.created_at if last else ""
    counts = store.feedback.given_since(pack, since)
    given = {kind: counts.get((kind, True), 0) for kind in ("like", "dislike", "correction")}
    left_out = sum(count for (_, consent), count in counts.items() if not consent)
    answers = [answer for answer in store.feedback.answers() if answer.created_at > since]
    usable = sum(not answer.from_conversation or _consents(store, answer.message) for answer in answers)
    return ToLearn(last.number if last else None, since, given | {"answer": usable}, left_out + len(answers) - usable)


def _consents(store: Store, message_id: str | None) -> bool:
    if message_id is None:
        return False
    owner = store.people.get(store.conversations.get(store.conversations.message(message_id).conversation).person)
    return owner is not None and owner.consent
