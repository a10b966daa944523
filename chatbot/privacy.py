"""Personal data in text: found and replaced by a tag of its kind.

E-mail addresses and long account numbers by pattern, card and IBAN numbers by their check digits (python-stdnum),
telephone numbers by numbering plan (phonenumbers). Names and postal addresses are not recognised. Dates, and what a
pack publishes itself (its contact details), are kept.
"""

import re
from collections import Counter
from collections.abc import Collection

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONG_NUMBER = re.compile(r"(?<![\w£$€])\d(?:[ -]?\d){8,18}(?!\w)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
DATE = re.compile(r"(?<!\d)(?:19|20)\d\d-[01]\d-[0-3]\d(?!\d)")
REGIONS = ("GB", "US")
SHORTEST_PHONE = 9


def redact(text: str, public: Collection[str] = ()) -> tuple[str, Counter[str]]:
    """The text with personal data replaced by `[email]`, `[iban]`, `[card]`, `[phone]` or `[number]`, and their counts.

    `public` holds strings that stay as they are, in either case.
    """
    found: Counter[str] = Counter()
    spans: list[tuple[int, int, str]] = []
    searched = _hide_kept(text, public)

    def mark(start: int, end: int, kind: str) -> None:
        if not any(start < b and a < end for a, b, _ in spans):
            spans.append((start, end, kind))
            found[kind] += 1

    for match in EMAIL.finditer(searched):
        mark(*match.span(), "email")
    for match in IBAN.finditer(searched):
        if length := _iban_length(match.group()):
            mark(match.start(), match.start() + length, "iban")
    for match in LONG_NUMBER.finditer(searched):
        digits = re.sub(r"\D", "", match.group())
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
            mark(*match.span(), "card")
    for region in REGIONS:
        for phone in PhoneNumberMatcher(searched, region, leniency=Leniency.POSSIBLE):
            if len(re.sub(r"\D", "", phone.raw_string)) >= SHORTEST_PHONE:
                mark(phone.start, phone.end, "phone")
    for match in LONG_NUMBER.finditer(searched):
        mark(*match.span(), "number")
    for start, end, kind in sorted(spans, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text, found


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
