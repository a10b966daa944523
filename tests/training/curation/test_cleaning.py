"""Rows are redacted, but for the pack's own, and dropped with a reason where they cannot be learned from."""

from collections import Counter

from chatbot.knowledge.packs import Pack
from training.curation.cleaning import LONGEST_REPLY, clean
from training.curation.examples import Example


def row(name: str, question: str, reply: str, **fields: object) -> Example:
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    return Example(name, messages, "correction", name, **{"role": "agent"} | fields)


def test_what_cannot_be_learned_from_is_dropped_with_its_reason(pack: Pack) -> None:
    rows = [
        row("none", "?!", "A lamp costs £20."),
        row("short", "How much?", "£20"),
        row("long", "How much?", "word " * (LONGEST_REPLY + 1)),
        row("kept", "How much?", "A lamp costs £20."),
    ]
    dropped: Counter[str] = Counter()
    assert clean(rows, pack.persona, dropped, Counter()) == [rows[-1]]
    assert dropped == {"no question": 1, "reply under 2 words": 1, f"reply over {LONGEST_REPLY} words": 1}


def test_personal_data_of_people_are_redacted_and_the_packs_own_stay(pack: Pack) -> None:
    told = f"Write to jo@mail.example or {pack.persona.contact.email}."
    redacted: Counter[str] = Counter()
    said, own = row("said", told, "Write to us.", rejected=told), row("own", told, "Write to us.", role="pack")
    cleaned, kept = clean([said, own], pack.persona, Counter(), redacted)
    assert cleaned.question == cleaned.rejected == told.replace("jo@mail.example", "[email]")
    assert kept == own and redacted == {"email": 1}
