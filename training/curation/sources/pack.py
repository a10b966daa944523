"""Rows of the pack itself: its pairs, and every assistant turn of its dialogues with what was said before it."""

from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage
from chatbot.store import Store
from training.curation.examples import Collected, Example


def add_pack(pack: Pack, store: Store, collected: Collected) -> None:
    """Add the pack's rows."""
    collected.examples += from_pack(pack)


def from_pack(pack: Pack) -> list[Example]:
    """The pack's rows: pairs first, then the turns of dialogues."""
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
