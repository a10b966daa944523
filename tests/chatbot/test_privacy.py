"""Personal data is found and tagged; prices, dates, order numbers and the pack's own contact stay."""

import pytest

from chatbot.privacy import DETECTORS, Detector, redact

PUBLIC = ("help@lamps.example", "01632 960 111")


FOUND = {
    "email": ("Mail jo@mail.example, or not@ all", ["jo@mail.example"]),
    "iban": ("GB82 WEST 1234 5698 7654 32, not GB00 WEST 1234 5698 7654 32", ["GB82 WEST 1234 5698 7654 32"]),
    "card": ("4111 1111 1111 1111, not 4111 1111 1111 1112", ["4111 1111 1111 1111"]),
    "phone": ("020 7946 0958, not 7946 0958", ["020 7946 0958"]),
    "number": ("123456789, not 12345678 nor £123456789", ["123456789"]),
}


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.kind)
def test_each_detector_finds_its_kind_and_nothing_else(detector: Detector) -> None:
    text, found = FOUND[detector.kind]
    assert list(dict.fromkeys(text[start:end] for start, end in detector.find(text))) == found


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to jo.bloggs+x@mail.example.org.", "Write to [email]."),
        ("<JO@EXAMPLE.COM>, please", "<[email]>, please"),
        ("ring 020 7946 0958 today", "ring [phone] today"),
        ("ring +44 20 7946 0958", "ring [phone]"),
        ("(07700) 900123 is mine", "[phone] is mine"),
        ("my US number is (212) 555-0123", "my US number is [phone]"),
        ("card 4111 1111 1111 1111 please", "card [card] please"),
        ("card 4111-1111-1111-1111", "card [card]"),
        ("IBAN GB82 WEST 1234 5698 7654 32.", "IBAN [iban]."),
        ("IBAN DE89370400440532013000", "IBAN [iban]"),
        ("IBAN GB82 WEST 1234 5698 7654 32 THANKS", "IBAN [iban] THANKS"),
        ("account 123456789012345678", "account [number]"),
    ],
)
def test_each_kind_is_replaced_by_its_tag(text: str, redacted: str) -> None:
    found, counts = redact(text)
    assert found == redacted
    assert counts.total() == 1


@pytest.mark.parametrize(
    "text",
    [
        "It costs £1,299.00 or €4.95, not £12345678.",
        "Ordered on 24/12/2025, delivered 2026-01-03.",
        "It arrived 2026-01-03 14:30 and went back 2026-01-05.",
        "Open Monday to Friday from 9 am to 6 pm, 24 December to 2 January 2026",
        "Order LK-20391 and order LK20391",
        "within 30 days, 3 to 5 working days, 120 x 200 cm",
        "The lamp is 45 cm high, 2700 K, 806 lm, 220-240 V.",
        "",
    ],
)
def test_prices_dates_sizes_and_order_numbers_stay(text: str) -> None:
    assert redact(text) == (text, {})


def test_what_the_pack_publishes_stays() -> None:
    text = "Ring 01632 960 111 or write to help@lamps.example, not to me@lamps.example."
    assert redact(text, PUBLIC)[0] == text.replace("me@lamps.example", "[email]")


def test_the_packs_address_stays_however_it_is_written() -> None:
    assert redact("Help@Lamps.example", PUBLIC)[0] == "Help@Lamps.example"


def test_an_address_that_ends_like_the_packs_is_somebody_elses() -> None:
    assert redact("jo.help@lamps.example", PUBLIC)[0] == "[email]"


def test_a_part_of_the_packs_number_is_not_the_packs_number() -> None:
    assert redact("42@lamps.example", ["4242@lamps.example"])[0] == "[email]"


def test_overlapping_finds_are_replaced_once() -> None:
    text, counts = redact("4111111111111111@mail.example and 020 7946 0958, 4111 1111 1111 1111")
    assert text == "[email] and [phone], [card]"
    assert counts == {"email": 1, "phone": 1, "card": 1}


def test_several_of_a_kind_are_counted() -> None:
    text, counts = redact("a@b.example, c@d.example")
    assert (text, counts) == ("[email], [email]", {"email": 2})
