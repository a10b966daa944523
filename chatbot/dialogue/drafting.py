"""A draft for an agent: what the model would answer to the last message, checked as ever and stored nowhere."""

import time

from chatbot.dialogue.answering import Installation
from chatbot.dialogue.branch import exchanges, traces
from chatbot.dialogue.remembering import known_of
from chatbot.dialogue.reply import Writing
from chatbot.dialogue.turn import prepare_turn
from chatbot.errors import InputError
from chatbot.records import Person, Sampling

LONGEST_SECONDS = 60.0


def draft_reply(installation: Installation, person: Person, conversation_id: str, sampling: Sampling) -> str:
    """The text of the draft; it takes a place like any reply. Raises `InputError` where nothing was asked."""
    store, settings = installation.store, installation.settings
    conversation = store.conversations.get(conversation_id)
    owner, path = store.people.get(conversation.person) or person, store.conversations.path(conversation.head)
    asked = [place for place, message in enumerate(path) if message.role == "user"]
    if not asked:
        raise InputError("the visitor has said nothing yet: there is nothing to draft an answer to")
    place = asked[-1]
    before, question = path[:place], path[place].content
    deadline = time.monotonic() + LONGEST_SECONDS
    with installation.admission.place(person.id), installation.live.lease(conversation_id) as (engine, knowledge):
        knowledge.set_answers(store.feedback.answers())
        turn = prepare_turn(
            *(settings, installation.pack, knowledge, engine, exchanges(before), question, traces(before)),
            known_of(store, installation.pack, owner),
        )
        writing, text = Writing(engine, turn, sampling, settings.check, settings.best_of), ""
        for draft in writing:
            text = draft.text
            if time.monotonic() > deadline:
                writing.stop()
    return text
