"""Several questions in one message, which are looked up and answered each by itself.

"How do I return a sofa and who pays for that?" is two. A message is parted after a question mark, and in English where
a word that asks follows "and" or "also". The later questions lean on the first, as follow-ups do.
"""

import re

MOST = 3
FEWEST_WORDS = 3
ASKING = r"(?:who|whom|whose|what|when|where|why|how|which|can|could|do|does|did|is|are|was|were|will|would|may|must)"
AFTER_A_MARK = re.compile(r"(?<=\?)\s+")
PARTING = {"en": re.compile(rf"(?<=\?)\s+|,?\s+(?:and|also)(?:\s+also)?\s+(?={ASKING}\b)", re.IGNORECASE)}
ASKS = {"en": re.compile(rf"\b{ASKING}\b", re.IGNORECASE)}


def split_questions(message: str, language: str = "en") -> list[str]:
    """The questions of a message in turn, what is said around them beside them; itself alone where it asks but one."""
    parts = [part.strip() for part in PARTING.get(language, AFTER_A_MARK).split(message) if part.strip()]
    asks = ASKS.get(language)

    def is_question(part: str) -> bool:
        return part.endswith("?") or bool(asks and (asks.search(part) if part is parts[0] else asks.match(part)))

    several = 1 < len(parts) <= MOST and all(len(part.split()) >= FEWEST_WORDS for part in parts)
    return parts if several and all(map(is_question, parts)) else [message]
