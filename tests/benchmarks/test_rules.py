"""What counts as a false alarm of a rule, and what as an ordinary message turned away."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.rules import FILES, misfires
from chatbot.knowledge.packs import Pack, Rule, load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.knowledge.rules.router import Router
from tests.packs import write_pack

NOTHING: list[dict[str, str]] = []
BEFORE = [{"role": "user", "content": "price of delivery?"}, {"role": "assistant", "content": "It costs £4.95."}]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    fire = [f"{what} fire {where}" for what in ("smoke and", "there is a") for where in ("here", "now", "in the lamp")]
    vague = [f"{what} thing{end}" for what in ("the other", "about my", "that") for end in ("", " again")]
    rules = [
        Rule(name="emergency", action="handoff", message="Please ring 999 now.", examples=fire),
        Rule(name="unclear", action="ask", examples=vague),
    ]
    return replace(load_pack(write_pack(tmp_path / "lamps")), rules=rules)


def test_false_alarms_and_what_is_turned_away_are_counted_as_a_turn_takes_them(pack: Pack) -> None:
    rows = [
        {"text": "there is a fire in the lamp now", "history": NOTHING},
        {"text": "about that other thing again", "history": NOTHING},
        {"text": "about that other thing again", "history": BEFORE},
        {"text": "when does a parcel reach germany", "history": NOTHING},
    ]
    found = misfires(Router(HashedEmbedder(), pack), rows)
    assert found == {
        "messages": 4,
        "false_alarms": [{"text": "there is a fire in the lamp now", "rule": "emergency"}],
        "turned_away": [{"text": "about that other thing again", "rule": "unclear"}],
    }


@pytest.mark.parametrize(("name", "number", "follow_ups"), [("larkspur", 300, 100), ("clinic", 60, 14)])
def test_the_ordinary_messages_are_as_many_as_is_said(name: str, number: int, follow_ups: int) -> None:
    file = FILES[name][1]
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == number and sum(bool(row["history"]) for row in rows) == follow_ups
    for row in rows:
        assert row["text"].strip()
        assert [message["role"] for message in row["history"]] == ["user", "assistant"] * (len(row["history"]) // 2)
