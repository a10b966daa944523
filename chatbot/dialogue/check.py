"""The check: what a reply states in figures must stand in the passages it was shown or in the user's own words.

Checked are numbers with their unit or currency, prices, dates, times, e-mail addresses, links and places in the app
("Account > Orders"). Text is released as it streams up to the first word that might begin such an item; from there it
is held back until its clause is whole and checked, so that nobody reads a wrong figure. What a sentence claims beside
figures is judged once it is whole (`claims`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from chatbot.dialogue.claims import Doubts
from chatbot.dialogue.secrecy import NOTHING_SECRET, Secret

CLAUSE_END = re.compile(r"[.!?;,:](?=\s)|\n|(?<=\s)[–—](?=\s)")
MARKER = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-*•])(?=\s)", re.MULTILINE)  # of an item in a list
ENDED_SENTENCE = re.compile(r"[.!?][\"”’')]*(?=\s|$)|(?<=[^\s.!?:])(?=\s*\n-\s)")  # told before what follows is known
SPELLED_NUMBERS = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen "
    "nineteen twenty"
)
WORDS = {word: str(number) for number, word in enumerate(SPELLED_NUMBERS.split(), start=2)}
WORDS |= {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90", "hundred": "100", "dozen": "12"}
UNITS = (
    "second|minute|hour|day|week|weekday|month|year|working|business|kg|g|cm|mm|m|metre|km|mile|litre|ml|w|watt|"
    "am|pm|noon|percent|per|petal|point|item|time|step|digit|instalment|"
    "january|february|march|april|may|june|july|august|september|october|november|december"
)
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"”)]+[^\s<>\"”).,;:!?]"
    r"|(?<![\w@.-])(?:[a-z0-9][a-z0-9-]{0,62}\.){1,4}[a-z]{2,24}\b(?:/[^\s<>\"”)]*[^\s<>\"”).,;:!?])?"  # a bare host
)
PLACE = re.compile(r"(?<![\w’'])([\w’']+)\s*[>›]\s*([\w’']+)")
NUMBER = re.compile(
    rf"([£$€]\s?)?(?<![\w.,])(\d+(?:[.,:]\d+)*)(\s?%|\s?[£$€](?!\d))?(?:[\s-]*({UNITS})s?\b)?", re.IGNORECASE
)
SPELLED = re.compile(rf"\b({'|'.join(WORDS)})[\s-]+({UNITS})s?\b", re.IGNORECASE)
MAY_BEGIN = re.compile(rf"[\d£$€@>›]|https?:|www\.|\b[a-z0-9-]{{1,63}}\.[a-z]|\b(?:{'|'.join(WORDS)})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """What a reply may state: the words of its passages and of the user, ready to be compared with."""

    items: frozenset[str]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Source":
        """Collect the items of some texts."""
        return cls(frozenset(form for text in texts for item in find_items(text) for form in item.forms))

    def lacks(self, text: str) -> list[str]:
        """The items of a text that are not supported, as they stand in it."""
        return [item.shown for item in find_items(text) if item.forms[0] not in self.items]


@dataclass(frozen=True)
class Item:
    """Something checkable: as it is shown, and the forms it supports, the most exact first."""

    shown: str
    forms: tuple[str, ...]


def find_items(text: str) -> list[Item]:
    """All checkable items of a text."""
    items = [Item(found.group(), (found.group().lower(),)) for found in ADDRESS.finditer(text)]
    items += [Item(found.group(), (found.group().lower(),)) for found in LINK.finditer(ADDRESS.sub(" ", text))]
    rest = without_addresses(text)
    at = 0
    while step := PLACE.search(rest, at):
        items.append(Item(step.group(), (f"{step.group(1)} > {step.group(2)}".lower(),)))
        at = step.start(2)
    for found in NUMBER.finditer(rest):
        sign, digits, after, unit = found.groups()
        sign, after = (sign or "").strip(), (after or "").strip()
        if after and after != "%":
            sign, after = sign or after, ""
        items.append(_number(found.group(), sign, digits, after or (unit or "").lower()))
    for found in SPELLED.finditer(rest):
        items.append(_number(found.group(), "", WORDS[found.group(1).lower()], found.group(2).lower()))
    return items


def without_addresses(text: str) -> str:
    """A text without the links and e-mail addresses in it, which nobody vouches for by having written them."""
    return LINK.sub(" ", ADDRESS.sub(" ", text))


def _number(shown: str, sign: str, digits: str, unit: str) -> Item:
    """A number with a unit also supports the bare number, as in "5 to 8 days", but not the other way round."""
    value = re.sub(r"[.,]00$", "", digits.replace(",", "")) if sign else digits.replace(",", "")
    forms = [f"{sign}{value} {unit}".strip(), f"{sign}{value}"]
    return Item(shown.strip(), tuple(dict.fromkeys(forms)))


class StreamCheck:
    """Follows one reply as it grows: figures clause by clause, and with `doubts` and `carried` claims by sentence."""

    def __init__(
        self,
        source: Source,
        doubts: Doubts | None = None,
        carried: Callable[[str], bool] = lambda sentence: True,
        secret: Secret = NOTHING_SECRET,
        vouched: Source | None = None,
    ) -> None:
        """`carried` tells whether the passages carry a sentence, and may take its time. Where claims are judged, a
        figure that is not `vouched` for, but only the user's, is shown with its sentence or not at all.
        """
        self._secret = secret
        self._source = source
        self._vouched = vouched or source
        self._doubts = doubts
        self._carried = carried
        self._checked = 0
        self._judged = 0
        self._claimed = False
        self.failed: list[str] = []

    @property
    def says(self) -> bool:
        """Whether the reply has told anything so far: where claims are judged, courtesy alone answers nobody."""
        return self._doubts is None or self._claimed

    def release(self, text: str, whole: bool = False) -> int:
        """How many characters of the reply so far may be shown; `failed` names what stopped it for good."""
        text = _markers_alike(text)
        shown = self._release_figures(text, whole)
        if (told := self._secret.told(text)) is not None and not self.failed:
            self.failed = [text[told:]]
        kept = self._secret.begun(text, whole)
        shown = shown if kept is None else min(shown, kept)
        return shown if self._doubts is None else self._release_claims(text, shown, whole, self._doubts)

    def _release_figures(self, text: str, whole: bool) -> int:
        while not self.failed:
            end = CLAUSE_END.search(text, self._checked)
            if end is None and not whole:
                break
            stop = end.end() if end else len(text)
            self.failed = self._source.lacks(text[self._checked : stop])
            if self.failed:
                return self._checked
            self._checked = stop
            if end is None:
                return len(text)
        if self.failed:
            return self._checked
        last_word = max(text.rfind(" "), text.rfind("\n"), self._checked - 1) + 1
        suspicious = MAY_BEGIN.search(text, self._checked)
        return min(last_word, suspicious.start()) if suspicious else last_word

    def _release_claims(self, text: str, shown: int, whole: bool, doubts: Doubts) -> int:
        ends = [found.end() for found in ENDED_SENTENCE.finditer(text, self._judged, shown) if found.end() < len(text)]
        for end in [*ends, *([shown] if whole and not self.failed else [])]:
            sentence = text[self._judged : end].strip()
            if doubts.claims(sentence):
                if not self._carried(sentence):
                    self.failed = [*self.failed, sentence]
                    return self._judged
                self._claimed = True
            self._judged = end
        waiting = [shown, doubts.first(text, self._judged)]
        if self._vouched.lacks(text[self._judged : shown]):
            waiting += [found.start() for found in MAY_BEGIN.finditer(text, self._judged, shown)]
        return min(at for at in waiting if at is not None)


def whole_sentences(text: str, end: int) -> str:
    """The sentences that are complete before a position."""
    ends = [found.end() for found in ENDED_SENTENCE.finditer(_markers_alike(text)[:end] + " ")]
    return text[: min(ends[-1], end)].strip() if ends else ""


def _markers_alike(text: str) -> str:
    """The text with the markers of lists all alike, each as long as it was: their numbers state nothing."""
    return MARKER.sub(lambda found: "-".ljust(len(found.group())), text)
