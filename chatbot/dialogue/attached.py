"""What becomes of a message with files: pictures go to a model that sees, anything else waits for a colleague.

Until one looks at it, the articles answer what they can of the question that came with it.
"""

from base64 import b64encode
from collections.abc import Sequence

from chatbot.dialogue.lookup import Asked, look_up
from chatbot.dialogue.quoting import fresh_quotation
from chatbot.dialogue.ruling import Ruling, apply_rules
from chatbot.dialogue.turn import UNSURE_TO_TELL
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
    pack: Pack,
    knowledge: Knowledge,
    history: Sequence[ChatMessage],
    question: str,
    passages: int,
    waits: bool = False,
) -> Ruling:
    """The handover of a message with files that the bot cannot look at; `waits` where a colleague was called before.

    What a rule hands over, such as an emergency, it hands over in its own words. Else what was asked is answered in
    the words of the articles, of which so many `passages` are looked up, where they are sure to be about it.
    """
    ruling = apply_rules(pack, knowledge, history, question)
    if ruling.handoff:
        return ruling
    asks = not ruling.rule and question != pack.persona.texts.attached
    known = _told(pack, knowledge, history, question, passages) if asks else ""
    told = pack.persona.texts.unseen if waits else f"{pack.persona.texts.unseen} {pack.persona.handoff.message}"
    return Ruling(f"{known}\n\n{told}" if known else told, "handoff", SENT_A_FILE)


def _told(pack: Pack, knowledge: Knowledge, history: Sequence[ChatMessage], question: str, passages: int) -> str:
    index = knowledge.index
    found = look_up(index, Asked(question, history, language=pack.persona.language), passages, each=False)
    if not found.passages or found.assurance < index.usual(UNSURE_TO_TELL):
        return ""
    return fresh_quotation(index, found.passages, history, question)
