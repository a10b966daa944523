"""A model that writes is taught what it will be asked, and no more silence than it needs."""

from collections import Counter
from typing import Literal

from chatbot.knowledge.packs import Pack, Rule
from chatbot.records import ChatMessage, Role
from training.curation.examples import Example
from training.curation.selection import select_to_write
from training.curation.sources.pack import from_pack


def example(name: str, intent: str, role: Role | Literal["pack"] = "pack") -> Example:
    messages: list[ChatMessage] = [
        {"role": "user", "content": name},
        {"role": "assistant", "content": f"reply to {name}"},
    ]
    return Example(name, messages, "pair", name, intent, role=role)


def test_rows_of_rules_are_left_out_and_counted(pack: Pack) -> None:
    rule = Rule(name="thanks", action="chat", examples=["ta", "thanks", "cheers", "thank you", "great"])
    pack.rules.append(rule)
    dropped = Counter[str]()
    rows = [*from_pack(pack), example("ta", "thanks"), example("corrected", "thanks", role="agent")]
    chosen = select_to_write(rows, pack, dropped)
    assert {row.id for row in rows} - {row.id for row in chosen} == {"ta"}
    assert dropped["answered by a rule"] == 1


def test_rows_of_the_pack_that_do_not_know_are_left_out_and_counted(pack: Pack) -> None:
    answered = [example(f"q{number}", "delivery") for number in range(9)]
    silent = [example(f"u{number}", "unknown") for number in range(4)]
    corrected = example("corrected", "unknown", role="agent")
    dropped = Counter[str]()
    assert select_to_write([*answered, *silent, corrected], pack, dropped) == [*answered, corrected]
    assert dropped["does not know"] == 4
