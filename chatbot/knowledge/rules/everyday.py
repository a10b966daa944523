"""Messages that are ordinary in any domain, and those that say too little to be grave by themselves.

People continue a talk in words that stand for nothing ("and who pays for that?") and ask about the site or its people
in words that no pack's rows hold. A router that never saw such messages is sure of nothing about them, and says so with
the rule that costs most to miss. `everyday.toml` holds some of each kind, in English.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("everyday.toml")


@cache
def everyday(kind: str) -> tuple[str, ...]:
    """The messages of a kind: `elliptical` ones say little by themselves, `plain` ones are whole questions."""
    return tuple(tomllib.loads(FILE.read_text(encoding="utf-8"))[kind])


def says_little(message: str) -> bool:
    """Whether all of its words are such as the elliptical messages consist of."""
    return set(words(message)) <= _vocabulary()


def words(message: str) -> list[str]:
    """The words and numbers in lower case, without apostrophes, which people leave out."""
    return re.findall(r"[^\W_]+", re.sub("['’]", "", message.casefold()))


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for message in everyday("elliptical") for word in words(message))
