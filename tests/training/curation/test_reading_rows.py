"""The rows that teach to read and to judge: their shape, and that no answer states a figure of its own."""

import json
import re

from chatbot.pack_folders import DATA

ROWS = [json.loads(line) for line in (DATA / "reading" / "claims.jsonl").read_text(encoding="utf-8").splitlines()]
NEAR = [json.loads(line) for line in (DATA / "reading" / "near.jsonl").read_text(encoding="utf-8").splitlines()]
FIGURE = re.compile(r"\d+(?:[.,:]\d+)*")


def figures(text: str) -> set[str]:
    return set(FIGURE.findall(text))


def test_every_row_has_its_fields() -> None:
    for row in ROWS:
        assert set(row) == {"domain", "facts", "question", "answer", "claims"}, row["question"]
        assert len(row["facts"]) == 3 == len(set(row["facts"])), row["question"]
        for fact in row["facts"]:
            assert re.match(r"[^>:]+ > [^>:]+: \S", fact) and 25 <= len(fact.split()) <= 60, fact
        assert row["question"].strip() and (row["answer"] is None or row["answer"].strip()), row["question"]
        assert all(set(claim) == {"text", "carried"} and claim["text"].strip() for claim in row["claims"])


def test_the_rows_are_as_many_as_the_datasheet_says() -> None:
    claims = [claim for row in ROWS for claim in row["claims"]]
    carried = sum(claim["carried"] for claim in claims)
    sheet = (DATA / "reading" / "README.md").read_text(encoding="utf-8")
    assert (len(ROWS), sum(row["answer"] is None for row in ROWS)) == (150, 40)
    assert f"one of {len({row['domain'] for row in ROWS})} invented" in sheet
    assert f"{carried} of {len(claims)} are carried" in sheet
    assert len({(row["domain"], row["question"]) for row in ROWS}) == len(ROWS)


def test_every_row_has_claims_of_both_kinds_and_none_is_a_copy() -> None:
    for row in ROWS:
        assert 3 <= len(row["claims"]) <= 5
        assert {claim["carried"] for claim in row["claims"]} == {True, False}, row["question"]
        for claim in row["claims"]:
            assert not any(claim["text"] in fact for fact in row["facts"]), claim["text"]


def test_every_figure_of_an_answer_stands_in_its_facts() -> None:
    for row in ROWS:
        assert figures(row["answer"] or "") <= figures(" ".join(row["facts"])), row["answer"]


def test_near_facts_are_single_sentences_with_the_one_that_answers_among_them() -> None:
    for row in NEAR:
        assert set(row) == {"domain", "facts", "before", "question", "meant", "answer", "rests_on"}
        assert 4 <= len(row["facts"]) == len(set(row["facts"])) <= 5, row["question"]
        for fact in row["facts"]:
            assert re.match(r"[^>:]+ > [^>:]+: [A-Z£0-9].*\.$", fact), fact
        told = " ".join(row["facts"][at] for at in row["rests_on"])
        assert figures(row["answer"]) <= figures(told), row["answer"]
        assert len(row["answer"].split()) <= 30
        assert len(row["before"]) == (2 if row["meant"] else 0)


def test_the_place_of_the_fact_that_answers_says_nothing() -> None:
    first = [row["rests_on"][0] for row in NEAR]
    assert all(first.count(at) >= len(NEAR) / 6 for at in range(5))


def test_near_rows_are_as_many_as_the_datasheet_says() -> None:
    sheet = (DATA / "reading" / "README.md").read_text(encoding="utf-8")
    assert f"{len(NEAR)} questions" in sheet
    assert f"one of {len({row['domain'] for row in NEAR})} invented" in sheet
    assert f"in {sum(bool(row['before']) for row in NEAR)} rows an earlier question" in sheet
    assert f"two in the {sum(len(row['rests_on']) == 2 for row in NEAR)} rows" in sheet
