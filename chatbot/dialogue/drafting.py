"""A draft for an agent: what the model would answer to the last message, checked as ever and stored nowhere."""

from chatbot.dialogue.answering import Installation
from chatbot.dialogue.branch import exchanges, traces
from chatbot.dialogue.once import write_once
from chatbot.dialogue.remembering import known_of
from chatbot.errors import InputError
from chatbot.records import Person, Sampling


def draft_reply(installation: Installation, person: Person, conversation_id: str, sampling: Sampling) -> str:
    """The text of the draft; it takes a place like any reply. Raises `InputError` where nothing was asked."""
    store = installation.store
    conversation = store.conversations.get(conversation_id)
    owner, path = store.people.get(conversation.person) or person, store.conversations.path(conversation.head)
    asked = [place for place, message in enumerate(path) if message.role == "user"]
    if not asked:
        raise InputError("the visitor has said nothing yet: there is nothing to draft an answer to")
    place = asked[-1]
    before, question = path[:place], path[place].content
    known = known_of(store, installation.pack, owner)
    with installation.admission.place(person.id), installation.live.lease(conversation_id) as loaded:
        _, draft = write_once(installation, loaded, exchanges(before), question, sampling, traces(before), known)
    return draft.text
