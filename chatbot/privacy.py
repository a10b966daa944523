"""Personal data in text: found and replaced by a tag of its kind.

What finds a kind is an entry of `DETECTORS`. Names and postal addresses are not recognised. Dates, and what a pack
publishes itself (its contact details), are kept.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONG_NUMBER = re.compile(r"(?<![\w£$€])\d(?:[ -]?\d){8,18}(?!\w)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
REGIONS = ("GB", "US")
SHORTEST_PHONE = 9
CARD_DIGITS = range(13, 20)

Span = tuple[int, int]


@dataclass(frozen=True)
class Detector:
    """Finds one kind of personal data; what it finds becomes `[kind]`."""

    kind: str
    about: str
    find: Callable[[str], Iterator[Span]]


def redact(text: str, public: Collection[str] = ()) -> tuple[str, Counter[str]]:
    """The text with personal data replaced by tags such as `[email]`, and how much there was of each kind.

    `public` holds strings that stay as they are, in either case.
    """
    found: Counter[str] = Counter()
    spans: list[tuple[int, int, str]] = []
    searched = _hide_kept(text, public)
    for detector in DETECTORS:
        for start, end in detector.find(searched):
            if not any(start < b and a < end for a, b, _ in spans):
                spans.append((start, end, detector.kind))
                found[detector.kind] += 1
    for start, end, kind in sorted(spans, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text, found


def emails(text: str) -> Iterator[Span]:
    """By pattern."""
    return (match.span() for match in EMAIL.finditer(text))


def ibans(text: str) -> Iterator[Span]:
    """By their check digits; capitals that follow one are no part of it."""
    for match in IBAN.finditer(text):
        if length := _iban_length(match.group()):
            yield match.start(), match.start() + length


def cards(text: str) -> Iterator[Span]:
    """By their check digit."""
    for match in LONG_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if len(digits) in CARD_DIGITS and luhn.is_valid(digits):
            yield match.span()


def phones(text: str) -> Iterator[Span]:
    """By the numbering plans of some regions, or of the country that a number begins with."""
    for region in REGIONS:
        for phone in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            if len(re.sub(r"\D", "", phone.raw_string)) >= SHORTEST_PHONE:
                yield phone.start, phone.end


def long_numbers(text: str) -> Iterator[Span]:
    """By pattern."""
    return (match.span() for match in LONG_NUMBER.finditer(text))


DETECTORS = (
    Detector("email", "e-mail addresses", emails),
    Detector("iban", "IBANs with right check digits", ibans),
    Detector("card", "card numbers with a right check digit", cards),
    Detector("phone", "telephone numbers of nine digits and more", phones),
    Detector("number", "other numbers of nine digits and more, such as of accounts", long_numbers),
)
"""In this order: what one has found no later one takes."""


def _hide_kept(text: str, public: Collection[str]) -> str:
    """The text with dates and public strings blotted out at the same length, so that nothing is found in them."""
    whole = [rf"(?<![\w.+-]){re.escape(item)}(?![\w-]|\.\w)" for item in public if item]
    for pattern in [DATE, *(re.compile(item, re.IGNORECASE) for item in whole)]:
        text = pattern.sub(lambda kept: "·" * len(kept.group()), text)
    return text


def _iban_length(text: str) -> int:
    """The length of the IBAN that a text in capitals begins with; 0 if there is none."""
    while text and not iban.is_valid(text, check_country=False):
        text = text.rpartition(" ")[0]
    return len(text)
