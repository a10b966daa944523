"""When a person should take over: the visitor asks for one in the words that the pack lists."""

import re
from collections.abc import Sequence

ASKED = "asked for a person"
ACCEPTED = "accepted the offer of a colleague"
GAVE_UP = "could not answer three times in a row"


def wants_person(text: str, phrases: Sequence[str]) -> bool:
    """Whether the message holds one of the phrases, whatever the case and spacing."""
    flat = " ".join(re.findall(r"[\w']+", text.lower().replace("’", "'")))
    flat_phrases = (" ".join(re.findall(r"[\w']+", phrase.lower().replace("’", "'"))) for phrase in phrases)
    return any(re.search(rf"\b{re.escape(phrase)}\b", flat) for phrase in flat_phrases)
