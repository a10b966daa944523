"""A draft for an agent: what the articles answer to the visitor's last question, checked as ever and stored nowhere.

The agent is the person whom a visitor asked for, so that a message which only asks for one is passed over, no rule
hands the chat on, and no word promises a colleague.
"""

from collections.abc import Sequence

from chatbot.dialogue.answering import Installation
from chatbot.dialogue.branch import exchanges, traces
from chatbot.dialogue.handoff import offers_person
from chatbot.dialogue.once import write_once
from chatbot.dialogue.remembering import known_of
from chatbot.dialogue.ruling import accepts_offer, apply_rules
from chatbot.errors import InputError
from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import Message, Person, Sampling

ASKS_MORE = 9  # words at least of a message that asks for a person and for something else too


def draft_reply(installation: Installation, person: Person, conversation_id: str, sampling: Sampling) -> str:
    """The text of the draft; it takes a place like any reply.

    Raises `InputError` where nothing was asked, and where no article answers what was.
    """
    store, pack = installation.store, installation.pack
    conversation = store.conversations.get(conversation_id)
    owner, path = store.people.get(conversation.person) or person, store.conversations.path(conversation.head)
    if not any(message.role == "user" for message in path):
        raise InputError("the visitor has said nothing yet: there is nothing to draft an answer to")
    known = known_of(store, pack, owner)
    with installation.admission.place(person.id), installation.live.lease(conversation_id) as loaded:
        place = _last_question(pack, loaded[1], path)
        before, question = path[:place], path[place].content
        turn, draft = write_once(
            installation, loaded, exchanges(before), question, sampling, traces(before), known, by_person=True
        )
    text = "" if draft.abstained or turn.act == "abstain" else _without_promises(pack, draft.text)
    if not text:
        raise InputError(f"no article answers “{question}”: write in your own words")
    return text


def _last_question(pack: Pack, knowledge: Knowledge, path: Sequence[Message]) -> int:
    """The place of the last message that asks for more than a person."""
    for place in reversed(range(len(path))):
        message, before = path[place], path[:place]
        if message.role != "user":
            continue
        history = exchanges(before)
        ruling = accepts_offer(pack, history, message.content, traces(before))
        ruling = ruling or apply_rules(pack, knowledge, history, message.content)
        if not ruling.handoff or len(message.content.split()) >= ASKS_MORE:
            return place
    raise InputError("the visitor has asked for a person and for nothing else yet: there is nothing to draft")


def _without_promises(pack: Pack, text: str) -> str:
    """A text without the sentences in which the bot passes a visitor on, offers to, or says that it does not know."""
    handoff, unknown = pack.persona.handoff, pack.persona.unknown
    fixed = (handoff.message, handoff.outside or "", unknown)
    promises = {sentence for said in fixed for sentence in split_sentences(said)}
    kept = [sentence for sentence in split_sentences(text) if sentence not in promises]
    if len(kept) == len(split_sentences(text)) and not offers_person(pack, text):
        return text
    while kept and offers_person(pack, " ".join(kept)):
        kept.pop()
    return " ".join(kept)
