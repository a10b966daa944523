"""What is too short, too long or asks nothing is dropped with its reason; personal data goes, the pack's own stays."""

from collections import Counter
from typing import Literal

import pytest

from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Role
from training.curation.cleaning import LONGEST_REPLY, clean
from training.curation.examples import Example


def example(
    question: str, reply: str, role: Role | Literal["pack"] = "visitor", rejected: str | None = None
) -> Example:
    said: list[ChatMessage] = [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    return Example("e", said, "like", "g", role=role, rejected=rejected)


@pytest.mark.parametrize(
    ("question", "reply", "reason"),
    [
        ("?!", "It is free.", "no question"),
        ("Is it free?", "Yes.", "reply under 2 words"),
        ("Is it free?", "yes " * (LONGEST_REPLY + 1), "reply over 300 words"),
    ],
)
def test_what_cannot_be_learned_from_is_counted(pack: Pack, question: str, reply: str, reason: str) -> None:
    dropped = Counter[str]()
    assert clean([example(question, reply, "pack")], pack.persona, dropped, Counter()) == []
    assert dropped == {reason: 1}


def test_the_longest_and_the_shortest_reply_are_kept(pack: Pack) -> None:
    examples = [example("Is it?", "yes " * LONGEST_REPLY), example("Is it?", "It is.")]
    assert len(clean(examples, pack.persona, Counter(), Counter())) == 2


def test_personal_data_goes_from_replies_and_from_what_was_rejected(pack: Pack) -> None:
    redacted = Counter[str]()
    own = f"Write to {pack.persona.contact.email} please."
    given = [example("I am jo@mail.example", own, rejected="Write to al@mail.example please.")]
    found = clean(given, pack.persona, Counter(), redacted)[0]
    assert "jo@mail.example" not in found.question and "al@mail.example" not in (found.rejected or "")
    assert found.reply == own
    assert sum(redacted.values()) == 1


def test_rows_of_the_pack_are_left_as_they_are(pack: Pack) -> None:
    given = example("Who is jo@mail.example?", "A name in an example.", "pack")
    assert clean([given], pack.persona, Counter(), Counter()) == [given]
