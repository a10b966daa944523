"""What visitors say about themselves, found by the pack's phrases: to the letter as they said it, and nothing else.

    told_of_self(pack.persona.memory.fields, "Hi, my name is Ada. How do I clean it?", "en")  # {"name": "Ada"}

A phrase counts where a clause begins with it, so that "Do I have a warranty?" says nothing about anybody.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from chatbot.dialogue.claims import common_words
from chatbot.knowledge.memory_fields import VALUE, MemoryField

JOINTS = "and|but|because"  # begin a clause without a comma
LEADS = f"{JOINTS}|so|also|please|hi|hello|hey|well|yes|no|oh|ok|okay|thanks"
MOST_LEADS = 4
CLAUSE = rf"(?:^|[.,;:!?()\n–—]|\s-\s|\b(?:{JOINTS})\b)\s*(?:(?:{LEADS})\b[\s,]*){{0,{MOST_LEADS}}}"
WITHIN = r"[^.,;:!?()\n–—]"  # what a clause is made of
DASH = re.compile(r"\s-\s")
FILLING_WORDS = 150


def told_of_self(fields: Mapping[str, MemoryField], text: str, language: str) -> dict[str, str]:
    """The values of fields that a message tells, by the fields' names; where it tells one twice, the later one."""
    told = {name: _told(field, text, language) for name, field in fields.items()}
    return {name: value for name, value in told.items() if value}


def fits(field: MemoryField, value: str) -> bool:
    """Whether a value that was typed into the list is one that the field may hold."""
    if field.values:
        return value.casefold() in {one.casefold() for one in field.values}
    return 1 <= len(value.split()) <= field.words or value.casefold() in {one.casefold() for one in field.phrases}


def _told(field: MemoryField, text: str, language: str) -> str:
    found: list[tuple[int, str]] = []
    for phrase in field.phrases:
        for match in _pattern(phrase).finditer(text):
            value = match["all"] if VALUE not in phrase else _value(field, match["value"], language)
            found += [(match.start("all"), value)] if value else []
    return max(found, default=(0, ""))[1]


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    """A phrase where a clause begins with it; the value is what follows, up to the words behind it or to the end."""
    before, star, after = phrase.partition(VALUE)
    value, end = (f"{WITHIN}+?", rf"\s+{_spaced(after)}(?!\w)") if after.strip() else (f"{WITHIN}+", "")
    whole = _spaced(before) + (rf"\s+(?P<value>{value}){end}" if star else r"(?!\w)")
    return re.compile(f"{CLAUSE}(?P<all>{whole})", re.IGNORECASE)


def _spaced(words: str) -> str:
    parts = [re.escape(word).replace("'", "['’]") for word in words.split()]
    return r"\s+".join(parts)


def _value(field: MemoryField, said: str, language: str) -> str:
    """The value at the beginning of what was said after a phrase; empty where there is none that the field may hold."""
    clause = " ".join(DASH.split(said, maxsplit=1)[0].split())
    if field.values:
        near = " ".join(clause.split()[: field.words + 1])
        one_of = "|".join(_spaced(value) for value in sorted(field.values, key=len, reverse=True))
        listed = re.search(rf"(?<!\w)(?:{one_of})(?!\w)", near, re.IGNORECASE)
        return listed.group() if listed else ""
    words = clause.split()
    kept = words[: next((at for at in range(len(words)) if _ends(words, at, language)), len(words))]
    return " ".join(kept) if 1 <= len(kept) <= field.words else ""


def _ends(words: Sequence[str], at: int, language: str) -> bool:
    """Whether a value ends before a word: one of almost any text, but not within a name, as in "Isle of Skye"."""
    within_name = 0 < at < len(words) - 1 and words[at - 1][:1].isupper() and words[at + 1][:1].isupper()
    joins = words[at].lower() in JOINTS.split("|")
    return joins or (_fills(words[at], language) and not within_name)


def _fills(word: str, language: str) -> bool:
    """Whether a word stands in almost any text; one with a capital may be a name."""
    plain = word.islower() or len(word) == 1
    return plain and word.lower().strip("'’") in common_words(language, FILLING_WORDS)
