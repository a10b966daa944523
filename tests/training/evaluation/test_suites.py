"""The suites' judge: what people would take for the same, and nothing more."""

import json
from pathlib import Path
from typing import TypedDict

import pytest

from chatbot.knowledge.packs import load_pack
from training.evaluation.suites import holds


class Said(TypedDict):
    """Whether a reply says what is wanted, as a person judged it."""

    wanted: str
    reply: str
    right: bool


SAID: list[Said] = [
    json.loads(line) for line in Path(__file__).with_name("said.jsonl").read_text(encoding="utf-8").splitlines()
]
PACKS = Path(__file__).parents[3] / "data"


@pytest.mark.parametrize("row", SAID, ids=lambda row: f"{row['wanted']}: {row['reply']}")
def test_a_reply_says_what_is_wanted_or_does_not(row: Said) -> None:
    assert holds(row["reply"], row["wanted"]) is row["right"]


def test_half_of_the_list_is_wrong() -> None:
    assert 0.45 < sum(bool(row["right"]) for row in SAID) / len(SAID) < 0.55


@pytest.mark.parametrize("name", ["larkspur", "clinic"])
def test_the_reference_of_every_case_passes_it(name: str) -> None:
    cases = [case for suite in load_pack(PACKS / name).suites.values() for case in suite]
    lacking = {case.id: text for case in cases for text in case.must_include if not holds(case.reference, text)}
    wrong = {case.id: text for case in cases for text in case.must_not_include if holds(case.reference, text)}
    assert not lacking
    assert not wrong


def test_any_of_several_wordings_will_do() -> None:
    assert holds("It is charged on dispatch.", "when sent | on dispatch")
    assert not holds("It is charged at once.", "when sent | on dispatch")
