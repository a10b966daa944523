"""Texts as canonical tokens, so that what people take for the same is the same: "220°C" and "220 °C", "four" and "4".

A token is a word, a mark or a quantity. Quantities carry an exact value in one unit of their kind: minutes for "1.5
hours", millimetres for "2 meters", minutes of the day for "9 a.m.". A working day is no day, and a day is not 24 hours.
Words come in British spelling without capitals, hyphens and quotation marks. No meaning is compared: "soon" is no
figure.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from training.evaluation.vocabulary import CURRENCIES, LONGEST, MONTHS, PHRASES, SPELLINGS, UNITS, WEEKDAYS

DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | {ord("º"): "°"}
QUOTES = dict.fromkeys(map(ord, "’‘‛ʼ′`"), "'") | dict.fromkeys(map(ord, '“”„«"*[]'), " ")
INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\ufeff"), None)
MARKER = re.compile(r"^[ \t]*(?:-|•|\d{1,2}[.)])[ \t]+", re.MULTILINE)
NAMES = "|".join(sorted({*WEEKDAYS, *MONTHS}, key=len, reverse=True))
REWRITTEN = (
    (re.compile(rf"\b({NAMES})-(?=(?:{NAMES})\b)"), r"\1 to "),
    (re.compile(r"(?<=\d)[,\u202f\u2009](?=\d{3}(?!\d))"), ""),  # thousands
    (re.compile(r"(?<![^\W\d])([ap])\.\s?m\b\.?", re.IGNORECASE), r"\1m "),
    (re.compile(r"(?<=\d)(\s?[a-z]{0,2})\s*[x×]\s*(?=\d)", re.IGNORECASE), r"\1 x "),
    (re.compile(r"\be-(?=mail)", re.IGNORECASE), "e"),
    (re.compile(r"(?<=\w)-(?=[^\W\d])|(?<=[^\W\d])-(?=\d)"), " "),
)
SCAN = re.compile(
    r"(?P<address>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?:https?://)?(?:www\.)?(?P<link>[a-z][\w-]*(?:\.[a-z][\w-]*)+(?:/[\w./?=&%#-]*[\w#])?)/?"
    r"|(?P<phone>(?:\+44[\s-]?(?:\(0\)[\s-]?)?|\(?0)\d(?:[\s()-]{0,2}\d){8,9}(?!\d))"
    r"|(?P<number>\d+(?:[.:]\d+)*)"
    r"|(?P<word>[^\W\d_]\w*(?:'[^\W\d_]+)*)"
    r"|(?P<mark>°[cf]\b|->|[^\s_'])",
    re.IGNORECASE,
)
CLOCK = re.compile(r"([01]?\d|2[0-3])[.:]([0-5]\d)")
NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?")
ORDINALS = ("st", "nd", "rd", "th")
TO = ("to", "-", "until", "till", "through")


@dataclass(frozen=True)
class Token:
    """A word or mark, or a quantity: its value in the unit of its kind. `unit` is how it was written."""

    text: str
    value: Fraction | None = None
    kind: str = ""
    unit: str = field(default="", compare=False)

    @property
    def written(self) -> Fraction | None:
        """The value in the unit that was written."""
        return self.value / UNITS[self.unit][1] if self.value is not None and self.unit in UNITS else self.value


def tokens(text: str) -> list[Token]:
    """The canonical tokens of a text."""
    raw = _rephrase(_split(text))
    found: list[Token] = []
    at = 0
    while at < len(raw):
        token, at = _read(raw, at)
        found.append(token)
    return _ranges(_dates(found))


def _split(text: str) -> list[str]:
    """Words, numbers and marks in lower case; days and months by their full names."""
    text = unicodedata.normalize("NFKC", text.translate(INVISIBLE).translate(DASHES)).translate(DASHES | QUOTES)
    text = MARKER.sub("", text)
    for pattern, replacement in REWRITTEN:
        text = pattern.sub(replacement, text)
    raw = []
    for found in SCAN.finditer(text):
        part = found[found.lastgroup or 0]
        if found.lastgroup == "phone":
            raw.append("0" + re.sub(r"^\+44|\D", "", part).lstrip("0"))
        else:
            raw.append(WEEKDAYS.get(part) or MONTHS.get(part) or part.lower())
    return [SPELLINGS.get(word, word) for word in raw]


def _rephrase(raw: Sequence[str]) -> list[str]:
    """Each longest known phrase replaced by what it is the same as."""
    found: list[str] = []
    at = 0
    while at < len(raw):
        lengths = range(min(LONGEST, len(raw) - at), 0, -1)
        length = next((n for n in lengths if tuple(raw[at : at + n]) in PHRASES), 0)
        found += PHRASES[tuple(raw[at : at + length])] if length else [raw[at]]
        at += length or 1
    return found


def _read(raw: Sequence[str], at: int) -> tuple[Token, int]:
    """The token that begins at a place, and where the next one does."""
    word, unit, further = [*raw[at : at + 3], "", ""][:3]
    if word in CURRENCIES and NUMBER.fullmatch(unit):
        return _quantity(unit, word), at + 2
    clock = CLOCK.fullmatch(word) or re.fullmatch(r"(1[0-2]|[1-9])()", word)
    if clock and unit in ("am", "pm"):
        minutes = int(clock[1]) % 12 * 60 + int(clock[2] or 0) + 720 * (unit == "pm")
        return Token("", Fraction(minutes), "clock", unit), at + 2
    if unit == "-" and further in UNITS:
        unit, at = further, at + 1
    if NUMBER.fullmatch(word) and unit in UNITS:
        return _quantity(word, unit), at + 2
    if clock and clock[2]:
        return Token("", Fraction(int(clock[1]) * 60 + int(clock[2])), "clock"), at + 1
    return (Token("", Fraction(word)) if NUMBER.fullmatch(word) else Token(word)), at + 1


def _quantity(number: str, unit: str) -> Token:
    kind, factor = UNITS[unit]
    return Token("", Fraction(number) * factor, kind, unit)


def _dates(read: Sequence[Token]) -> list[Token]:
    """Days stand before their month, as in "31 January", whether it was "January 31st" or "the 31st of January"."""
    found: list[Token] = []
    for at, token in enumerate(read):
        before = found[-1] if found else None
        if token.text in ORDINALS and before and before.value is not None and not before.kind:
            if read[at + 1 : at + 2] == [Token("birthday")]:
                found[-1] = _quantity(str(before.value), "years")
            else:
                found[-1] = Token("", before.value, "date")
            if len(found) > 1 and found[-2].text in MONTHS.values() and found[-1].kind == "date":
                found[-2:] = [found[-1], found[-2]]
        elif token.text == "of" and before and before.kind == "date":
            continue
        elif token.text in MONTHS.values() and before and _is_day(before):
            found[-1] = Token("", before.value, "date")
            found.append(token)
        elif before and before.text in MONTHS.values() and _is_day(token) and not _has_day(found):
            found[-1:] = [Token("", token.value, "date"), before]
        else:
            found.append(token)
    return found


def _is_day(token: Token) -> bool:
    return token.value is not None and token.kind in ("", "date") and token.value in range(1, 32)


def _has_day(found: Sequence[Token]) -> bool:
    """Whether the month at the end has its day before it."""
    return len(found) > 1 and found[-2].kind == "date"


def _ranges(read: Sequence[Token]) -> list[Token]:
    """Ranges with "to" between ends of one unit, sizes with "x": "3-5 days", "between 3 and 5 days", "2 by 3 m"."""
    found = list(read)
    for at in range(1, len(found) - 1):
        first, link, last = found[at - 1 : at + 2]
        if first.value is None or last.value is None:
            names = {*WEEKDAYS.values(), *MONTHS.values()}
            bounded = link.text in TO or (link.text == "and" and at > 1 and found[at - 2].text == "between")
            if bounded and first.text in names and (last.text in names or last.kind == "date"):
                found[at] = Token("to")
            continue
        between = at > 1 and found[at - 2].text == "between"
        if link.text in TO or (link.text == "and" and (between or first.kind == last.kind == "clock")):
            first, last = _alike(first, last)
            link = Token("to") if first.kind == last.kind else link
        elif link.text in ("x", "by"):
            first, link = _alike(first, last)[0], Token("x")
        found[at - 1 : at + 2] = [first, link, last]
    return found


def _alike(first: Token, last: Token) -> tuple[Token, Token]:
    """Two ends of a range, where the one without a unit has that of the other; "9 to 6" are times of a day."""
    assert first.value is not None and last.value is not None
    if first.kind == "clock" == last.kind:
        later = not last.unit and last.value <= first.value
        return first, Token("", last.value + 720 * later, "clock") if later and last.value < 720 else last
    hours = all(token.kind == "clock" or (not token.kind and token.value in range(1, 13)) for token in (first, last))
    if hours and last.kind == "clock":
        hour = first.value % 12 * 60 + (720 if last.value >= 720 else 0)
        return Token("", hour if hour < last.value else (hour + 720) % 1440, "clock"), last
    if hours and (first.kind == "clock" or first.value > last.value):
        start = first.value if first.kind == "clock" else first.value * 60
        hour = last.value % 12 * 60 + (720 if start >= 720 else 0)
        return Token("", start, "clock"), Token("", hour if hour > start else hour + 720, "clock")
    if not first.kind and last.unit:
        return Token("", first.value * UNITS[last.unit][1], last.kind, last.unit), last
    return first, last
