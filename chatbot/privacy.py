"""Personal data in text: found and replaced by a tag of its kind.

E-mail addresses and long account numbers by pattern, card and IBAN numbers by their check digits (python-stdnum),
telephone numbers by numbering plan (phonenumbers). Names and postal addresses are not recognised. What a pack
publishes itself (its contact details) is kept.
"""

import re
from collections import Counter
from collections.abc import Collection

from phonenumbers import Leniency, PhoneNumberMatcher
from stdnum import iban, luhn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
LONG_NUMBER = re.compile(r"(?<![\w£$€])\d(?:[ -]?\d){8,18}(?!\w)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
REGIONS = ("GB", "US")
SHORTEST_PHONE = 9


def redact(text: str, public: Collection[str] = ()) -> tuple[str, Counter[str]]:
    """The text with personal data replaced by `[email]`, `[iban]`, `[card]`, `[phone]` or `[number]`, and their counts.

    `public` holds strings that stay as they are.
    """
    found: Counter[str] = Counter()
    spans: list[tuple[int, int, str]] = []

    def mark(start: int, end: int, kind: str) -> None:
        taken = any(start < b and a < end for a, b, _ in spans)
        if not taken and not any(text[start:end] in item or item in text[start:end] for item in public if item):
            spans.append((start, end, kind))
            found[kind] += 1

    for match in EMAIL.finditer(text):
        mark(*match.span(), "email")
    for match in IBAN.finditer(text):
        if iban.is_valid(match.group(), check_country=False):
            mark(*match.span(), "iban")
    for match in LONG_NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if 13 <= len(digits) <= 19 and luhn.is_valid(digits):
            mark(*match.span(), "card")
    for region in REGIONS:
        for phone in PhoneNumberMatcher(text, region, leniency=Leniency.POSSIBLE):
            if len(re.sub(r"\D", "", phone.raw_string)) >= SHORTEST_PHONE:
                mark(phone.start, phone.end, "phone")
    for match in LONG_NUMBER.finditer(text):
        mark(*match.span(), "number")
    for start, end, kind in sorted(spans, reverse=True):
        text = f"{text[:start]}[{kind}]{text[end:]}"
    return text, found
