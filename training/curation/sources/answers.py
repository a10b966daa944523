"""Rows of answers that agents approved, but for those whose reply was corrected, which is a row already."""

from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage
from chatbot.store import Store
from training.curation.examples import Collected, Example


def add_answers(pack: Pack, store: Store, collected: Collected) -> None:
    """Add the approved answers in use; one that came from a conversation only with its owner's consent."""
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
