"""The stranger's pack: the command makes it, its cases hold what the articles say, and none is a row's question."""

import csv
import re
from pathlib import Path

import pytest

from benchmarks.stranger import FILES, kinds, make_pack, summed
from chatbot.knowledge.packs import load_pack
from training.evaluation.suites import passes

ARTICLES = {path.stem: path.read_text(encoding="utf-8") for path in (FILES / "articles").glob("*.md")}
CASES = [(suite.name, case) for suite in kinds() for case in suite.cases]


def rows() -> list[dict[str, str]]:
    with (FILES / "answers.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def test_the_command_makes_a_pack_of_the_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pack = load_pack(make_pack(tmp_path))
    assert {piece.article for piece in pack.pieces} >= set(ARTICLES) and len(ARTICLES) == 16
    held = {(pair.query, pair.response) for pair in pack.pairs}
    assert {(row["query"], row["response"]) for row in rows()} <= held and len(rows()) == 170
    assert capsys.readouterr().out == ""


def test_every_reference_passes_its_own_case() -> None:
    for kind, case in CASES:
        assert passes(case, case.reference, case.expect), case.id
        assert not passes(case, "I would rather not say.", "answer"), case.id
        assert (kind == "unanswered") == (case.expect == "abstain"), case.id


def test_what_a_reply_must_hold_stands_in_the_articles() -> None:
    known = plain(" ".join(ARTICLES.values()))
    for _, case in CASES:
        for text in case.must_include:
            ways = [re.escape(plain(way)) for way in text.split(" | ")]
            assert any(re.search(rf"\b{way}\b", known) for way in ways), (case.id, text)


def test_no_case_was_asked_before() -> None:
    asked = {plain(row["query"]) for row in rows()}
    for _, case in CASES:
        assert not asked & {plain(turn.content) for turn in case.messages if turn.role == "user"}, case.id
    assert len({case.id for _, case in CASES}) == len(CASES) == 60


def test_shares_are_told_by_what_a_person_got() -> None:
    cases = [
        {"passed": True, "act": "answer", "reply": "It is free."},
        {"passed": False, "act": "answer", "reply": "£3"},
        {"passed": False, "act": "abstain", "reply": "I don't know."},
        {"passed": True, "act": "abstain", "reply": "I don't know."},
    ]
    told = summed(cases)
    assert [told[name]["value"] for name in ("right", "wrong", "silent")] == [0.5, 0.25, 0.25]
    assert told["words_a_reply"] == 2.5
