"""What the bot knows of the visitor from earlier, where they agreed: heard in each message, shown to the model with it.

It is never a source that a reply may take figures from, and costs nothing where nobody agreed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.dialogue.guard import defuse_markup
from chatbot.dialogue.self_told import told_of_self
from chatbot.knowledge.packs import Pack
from chatbot.records import Conversation, Person
from chatbot.store import Store

NAME = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True)
class Known:
    """One thing that a visitor said about themselves; what `finds` is looked up together with their questions."""

    field: str
    label: str
    value: str
    finds: bool = False


def hear(store: Store, pack: Pack, person: Person, conversation: Conversation, message: str) -> None:
    """Keep what a message tells of its author, where they agreed."""
    fields = pack.persona.memory.fields
    if fields and store.memories.consented(person):
        told = told_of_self(fields, message, pack.persona.language)
        store.memories.remember(person, told, conversation.id)


def known_of(store: Store, pack: Pack, person: Person) -> list[Known]:
    """What is remembered of somebody in the pack's fields, in their order."""
    fields = pack.persona.memory.fields
    if not fields or not store.memories.consented(person):
        return []
    told = {one.field: one.value for one in store.memories.of(person)}
    return [Known(name, field.label, told[name], field.finds) for name, field in fields.items() if told.get(name)]


def words_of(known: Sequence[Known]) -> str:
    """The words of the same, without figures, addresses and links: what a reply may call the visitor by."""
    return " ".join(part for one in known for part in one.value.split() if NAME.fullmatch(part))


def about(known: Sequence[Known]) -> str:
    """The same as the model is shown it, on one line."""
    return defuse_markup("; ".join(f"{one.label}: {' '.join(one.value.split())}" for one in known))
