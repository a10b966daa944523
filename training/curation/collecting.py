"""What could be learned from: the pack's rows, and what consenting visitors and the staff made of replies.

A correction becomes a row to imitate and a preference (corrected over original); a like becomes a row to imitate;
likes and dislikes are kept unpaired as well, for objectives that learn from them. Nothing is judged here.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Literal

from chatbot.dialogue.quoting import unopened
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage
from chatbot.store import Store

Origin = Literal["pair", "dialogue", "correction", "like", "answer"]


@dataclass(frozen=True)
class Example:
    """Something to learn: `messages` alternate and end with the reply to imitate; a split keeps each `group` whole.

    `meant` is the question worded to stand alone, where the pack says so.
    """

    id: str
    messages: list[ChatMessage]
    origin: Origin
    group: str
    intent: str = ""
    message: str | None = None
    person: str | None = None
    role: str = "pack"
    rejected: str | None = None
    meant: str = ""

    @property
    def question(self) -> str:
        """What was asked last."""
        return self.messages[-2]["content"]

    @property
    def asked(self) -> str:
        """What was asked last, with the user's message before it, as `known_questions` words it."""
        said = [message["content"] for message in self.messages if message["role"] == "user"]
        return "\n".join(said[-2:])

    @property
    def reply(self) -> str:
        """What should be answered."""
        return self.messages[-1]["content"]


@dataclass(frozen=True)
class Verdict:
    """A like or a dislike of one reply, for objectives on unpaired feedback."""

    messages: list[ChatMessage]
    label: bool
    message: str
    person: str
    reasons: list[str] = field(default_factory=list)


@dataclass
class Collected:
    """Everything found, and what was left out for want of consent."""

    examples: list[Example]
    verdicts: list[Verdict]
    dropped: Counter[str]


def collect(pack: Pack, store: Store) -> Collected:
    """Gather the pack's rows and the feedback on replies of this pack."""
    collected = Collected(from_pack(pack), [], Counter())
    _from_feedback(pack, store, collected)
    _from_answers(store, collected)
    return collected


def from_pack(pack: Pack) -> list[Example]:
    """The pack's pairs, and every assistant turn of its dialogues with what was said before it."""
    examples = [
        Example(
            f"pair-{number}",
            [{"role": "user", "content": pair.query}, {"role": "assistant", "content": pair.response}],
            "pair",
            f"pair-{number}",
            pair.intent,
        )
        for number, pair in enumerate(pack.pairs, start=1)
    ]
    for number, dialogue in enumerate(pack.dialogues, start=1):
        messages: list[ChatMessage] = [{"role": turn.role, "content": turn.content} for turn in dialogue.messages]
        group = f"dialogue-{number}"
        examples += [
            Example(f"{group}-{turn}", messages[: 2 * turn], "dialogue", group, dialogue.intent, meant=meant)
            for turn, meant in enumerate(["", *(dialogue.lookups or [""] * (len(messages) // 2 - 1))], start=1)
        ]
    return examples


def _from_feedback(pack: Pack, store: Store, collected: Collected) -> None:
    rows = store.database.rows(
        """
        select feedback.*, giver.role, conversations.id as conversation, owner.consent
        from feedback join messages on messages.id = feedback.message
            join conversations on conversations.id = messages.conversation
            join people as owner on owner.id = conversations.person
            join people as giver on giver.id = feedback.person
        where conversations.pack = :pack and feedback.kind in ('rating', 'correction')
            and owner.deleted_at is null and giver.deleted_at is null
        order by feedback.created_at
        """,
        pack=pack.name,
    )
    for row in rows:
        if not row["consent"]:
            collected.dropped["no consent"] += 1
            continue
        messages = _transcript(store, row["message"])
        if messages is None:
            collected.dropped["incomplete reply"] += 1
        else:
            told = [ChatMessage(role=m["role"], content=unopened(m["content"], pack)) for m in messages]
            _take(row, told, collected)


def _take(row: dict[str, Any], messages: list[ChatMessage], collected: Collected) -> None:
    common = {"group": row["conversation"], "message": row["message"], "person": row["person"], "role": row["role"]}
    if row["kind"] == "correction":
        corrected: ChatMessage = {"role": "assistant", "content": row["correction"]}
        original = messages[-1]["content"]
        example = Example(
            f"correction-{row['id']}", [*messages[:-1], corrected], "correction", rejected=original, **common
        )
        collected.examples.append(example)
        return
    liked = row["value"] == "like"
    reasons = json.loads(row["reasons"])
    collected.verdicts.append(Verdict(messages, liked, row["message"], row["person"], reasons))
    if liked:
        collected.examples.append(Example(f"like-{row['id']}", messages, "like", **common))


def _from_answers(store: Store, collected: Collected) -> None:
    corrected = {example.message for example in collected.examples if example.origin == "correction"}
    for answer in store.feedback.answers():
        if answer.message in corrected:
            continue
        if answer.from_conversation and (answer.message is None or not _consents(store, answer.message)):
            collected.dropped["no consent"] += 1
            continue
        asked: ChatMessage = {"role": "user", "content": answer.query}
        answered: ChatMessage = {"role": "assistant", "content": answer.response}
        name = f"answer-{answer.id}"
        collected.examples.append(Example(name, [asked, answered], "answer", name, person=answer.person, role="agent"))


def _consents(store: Store, message_id: str) -> bool:
    message = store.conversations.message(message_id)
    owner = store.people.get(store.conversations.get(message.conversation).person)
    return owner is not None and owner.consent


def _transcript(store: Store, reply_id: str) -> list[ChatMessage] | None:
    path = store.conversations.path(reply_id)
    usable = path and path[-1].status in ("complete", "stopped") and all(message.content for message in path)
    alternating = all(message.role == ("user", "assistant")[i % 2] for i, message in enumerate(path))
    if not usable or not alternating or path[-1].role != "assistant":
        return None
    return [{"role": message.role, "content": message.content} for message in path]
