"""When a person should take over: the visitor asks for one in the pack's words, or is offered one by a reply.

What is said then depends on the pack's hours: outside them, an address is asked for.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from chatbot.knowledge.articles.sentences import split_sentences
from chatbot.knowledge.handoff_rules import ADDRESS
from chatbot.knowledge.packs import Pack

ASKED = "asked for a person"
ACCEPTED = "accepted the offer of a colleague"
GAVE_UP = "could not answer three times in a row"
NAMES_A_PERSON = 5  # letters at least
BRIEF = 6  # words at most, as "Would you like that?" has
YES = re.compile(
    r"(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|go on|go ahead|of course|why not|do(?: that| it| so)?|"
    r"(?:that would|that['’]d) be (?:great|nice|good|lovely|helpful)|get (?:one|them|me one|a colleague))\b"
    r"(?:\W+(?:yes|yeah|ok(?:ay)?|sure|please|pleese|plese|pls|plz|do|that|it|so|thanks|thank|you|then|mate|very|much|"
    r"go|ahead|on|great|good|would|be|i|"
    r"(?:get|fetch) (?:me )?(?:one|them|him|her|some(?:one|body)|(?:the|an?|another) (?:coll?[ea]+gu?e|person)))\b)*"
    r"\W*",
    re.IGNORECASE,
)
PLAIN = re.compile(r"(?:yes|yeah|yep|yup)\b", re.IGNORECASE)
E_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
SENTENCE_ENDS = re.compile(r"[.!\n]")


def wants_person(text: str, phrases: Sequence[str]) -> bool:
    """Whether the message holds one of the phrases, whatever the case and spacing."""
    flat = " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))
    flat_phrases = (" ".join(re.findall(r"[\w']+", phrase.lower().replace("’", "'"))) for phrase in phrases)
    return any(re.search(rf"\b{re.escape(phrase)}\b", flat) for phrase in flat_phrases)


def says_yes(text: str) -> bool:
    """Whether a message accepts what was offered: it says nothing else, or says a plain yes first."""
    first = SENTENCE_ENDS.split(text.strip())[0]
    return YES.fullmatch(text.strip()) is not None or (bool(PLAIN.match(first)) and YES.fullmatch(first) is not None)


def offers_person(pack: Pack, text: str) -> bool:
    """Whether a reply ends by offering a person, so that "yes" would fetch one.

    The pack's `unknown` does. Any other reply does that ends with a question about a person, or with a brief question
    after a sentence about one. What the pack calls a person are the words that `unknown` and its handoff message share.
    """
    text = text.strip()
    unknown = pack.persona.unknown
    if text.endswith(unknown):
        return True
    sentences = split_sentences(text)
    if not sentences or not sentences[-1].endswith(("?", "？", "؟")):
        return False
    about = sentences[-2:] if len(sentences[-1].split()) <= BRIEF else sentences[-1:]
    persons = _words(unknown) & _words(pack.persona.handoff.message)
    return any(len(word) >= NAMES_A_PERSON for word in persons & _words(" ".join(about)))


def moment() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def people_answer(pack: Pack) -> bool:
    """Whether it is within the pack's hours; one that has none always answers."""
    hours = pack.persona.handoff.hours
    return hours is None or hours.open_at(moment())


def said_now(pack: Pack, reply: str) -> str:
    """What is said at this hour by a reply that hands over in the pack's words.

    Those of a rule, which may send somebody to an emergency number, stay as they are.
    """
    handoff = pack.persona.handoff
    if people_answer(pack) or handoff.outside is None:
        return reply
    return reply.removesuffix(handoff.message) + handoff.outside if reply.endswith(handoff.message) else reply


def address_in(text: str) -> str:
    """The first e-mail address in a text; empty where there is none."""
    found = E_MAIL.search(text)
    return found.group() if found else ""


def kept_reply(pack: Pack, address: str) -> str:
    """What is said to a visitor who left an address; empty in a pack that asks for none."""
    return (pack.persona.handoff.kept or "").replace(ADDRESS, address)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
