"""What becomes of a message with files: pictures go to a model that sees, anything else waits for a colleague."""

from base64 import b64encode
from collections.abc import Sequence

from chatbot.dialogue.ruling import Ruling, apply_rules
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.uploads import Upload

SENT_A_FILE = "sent a file that only people can look at"


def looks_at(settings: Settings, uploads: Sequence[Upload]) -> bool:
    """Whether the model can look at all of the files."""
    return settings.sees and all(upload.is_picture for upload in uploads)


def pictures(store: Store, uploads: Sequence[Upload]) -> list[str]:
    """The pictures as `data:` addresses, as models that see are given them."""
    contents = [(upload.kind, store.uploads.content(upload.id).whole) for upload in uploads]
    return [f"data:{kind};base64,{b64encode(whole).decode()}" for kind, whole in contents]


def unseen(
    pack: Pack, knowledge: Knowledge, history: Sequence[ChatMessage], question: str, waits: bool = False
) -> Ruling:
    """The handover of a message with files that the bot cannot look at; `waits` where a colleague was called before.

    What a rule hands over, such as an emergency, it hands over in its own words.
    """
    ruling = apply_rules(pack, knowledge, history, question)
    if ruling.handoff:
        return ruling
    told = pack.persona.texts.unseen
    return Ruling(told if waits else f"{told} {pack.persona.handoff.message}", "handoff", SENT_A_FILE)
