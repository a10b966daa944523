"""What the benchmarks of answers make of replies: sums, plans, and blind comparisons."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks.answers import PARTS, differing_pairs, plan, summed
from benchmarks.asking import Reply
from benchmarks.side_by_side import command, counted, shuffled
from chatbot.errors import InputError
from chatbot.knowledge.packs import Case, PackMessage
from chatbot.knowledge.retrieval.embeddings import Vectors
from chatbot.records import Act, Outcome, Trace
from chatbot.store.versions import BASE


class Alike:
    """An embedder to which all texts are the same."""

    name = "alike"

    def encode(self, texts: Sequence[str]) -> Vectors:
        return np.ones((len(texts), 1), np.float32)


def reply(name: str, text: str, act: Act = "answer", check: Outcome = "passed", suite: str = "facts") -> Reply:
    turns = [PackMessage(role="user", content="How much is it?")]
    case = Case(id=name, messages=turns, reference="It costs £5.", intent="i", must_include=["£5"])
    return Reply(suite, case, text, Trace(act=act, check=check))


def test_replies_are_right_wrong_or_silent() -> None:
    said = [
        reply("a", "It costs £5."),
        reply("b", "It costs £6.", check="quoted"),
        reply("c", "I don't know.", "abstain", "fixed"),
        reply("d", "It costs £5." + " Well." * 45, check="rewritten"),
    ]
    found = summed(said, Alike())
    assert [found[name]["value"] for name in ("right", "wrong", "silent", "direct")] == [0.5, 0.25, 0.25, 0.25]
    assert found["written"]["value"] == pytest.approx(2 / 3, abs=1e-3)
    assert found["right"]["low"] < 0.5 < found["right"]["high"]


def test_pairs_of_people_are_compared() -> None:
    said = [
        reply("x-a", "£5", suite="fairness"),
        reply("x-b", "£6", suite="fairness"),
        reply("y-a", "£5", suite="fairness"),
        reply("y-b", "£5.00", suite="fairness"),
    ]
    assert differing_pairs(said) == 1


def test_without_a_fine_tune_only_the_base_is_measured() -> None:
    assert plan(BASE, PARTS) == {"first": ["speed", "first", "ordinary"], "quoting": ["quoting"]}
    assert plan(BASE, ["product"]) == {}
    assert plan("larkspur-v0001-ab12cd34", ["untouched", "speed"]) == {"product": ["speed"], "untouched": ["untouched"]}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Judgements that find the tuned reply best and the quoted one acceptable, whatever their letters."""
    names = [f"q{n}" for n in range(20)]
    said = {who: [reply(name, f"{who} £5") for name in names] for who in ("quoting", "untouched", "tuned")}
    shown, key = shuffled(said, seed=1)
    judged = []
    for row in shown:
        letters = {text.split()[0]: letter for letter, text in row["replies"].items()}
        judged.append({"id": row["id"], "best": letters["tuned"], "acceptable": [letters["tuned"], letters["quoting"]]})
    assert len({row["best"] for row in judged}) == 3
    assert all("tuned" not in json.dumps(row | {"replies": None}) for row in shown)
    paths = tmp_path / "judged.jsonl", tmp_path / "key.jsonl"
    for path, rows in zip(paths, (judged, key), strict=True):
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return paths


def test_judgements_are_counted_by_the_key(files: tuple[Path, Path]) -> None:
    counts = counted(*files)
    assert counts["judged"] == 20
    assert {who: share["value"] for who, share in counts["best"].items()} == {"quoting": 0, "untouched": 0, "tuned": 1}
    assert counts["acceptable"]["quoting"]["value"] == 1
    assert counts["acceptable"]["untouched"]["value"] == 0


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"id": "q0", "best": "D", "acceptable": []}', "letter 'D'"),
        ('{"id": "zz", "best": "A", "acceptable": []}', "id 'zz'"),
        ('{"id": "q0", "best": null, "acceptable": []}', "letter None"),
        ('{"id": "q0", "best": "A"}', "acceptable"),
        ('{"id": "q0", "best": "A", "acceptable": 3}', "a list"),
        ("{", "no JSON"),
        ("", "no judgements"),
    ],
)
def test_a_judgement_that_cannot_be_counted_is_told(files: tuple[Path, Path], line: str, told: str) -> None:
    judged, key = files
    judged.write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        counted(judged, key)


def test_either_questions_or_judgements_are_asked_for() -> None:
    result = CliRunner().invoke(command, [], standalone_mode=False)
    assert isinstance(result.exception, click.UsageError)
