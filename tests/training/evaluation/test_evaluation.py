"""Suites, metrics and the gate."""

from typing import Any

import pytest

from chatbot.knowledge.packs import Case, Pack, Turn
from training.evaluation.gate import judge
from training.evaluation.metrics import mean, perplexity, proportion
from training.evaluation.suites import Suite, holds, passes, sampled


def case(**values: Any) -> Case:
    return Case(id="c", messages=[Turn(role="user", content="q")], reference="r", intent="i", **values)


@pytest.mark.parametrize(
    ("reply", "passed"),
    [("It is 30 days.", True), ("It is 130 days.", False), ("30\ndays", True), ("30 daysish", False), ("", False)],
)
def test_a_needed_fact_must_stand_as_whole_words(reply: str, passed: bool) -> None:
    assert passes(case(must_include=["30 days"]), reply, False) is passed


def test_what_must_not_be_said_fails() -> None:
    assert not passes(case(must_not_include=["£5"]), "It costs £5.", "answer")
    assert passes(case(must_not_include=["£5"]), "It costs £50.", "answer")


@pytest.mark.parametrize("act", ["abstain", "refuse", "decline", "handoff"])
def test_abstaining_and_refusing_are_acts_not_phrases(act: str) -> None:
    for expected in ("abstain", "refuse"):
        assert passes(case(expect=expected), "I do.", act)
        assert not passes(case(expect=expected), "I can't help with that.", "answer")


def test_a_handoff_is_a_field_not_a_phrase() -> None:
    assert passes(case(expect="handoff"), "Bye.", "handoff")
    assert not passes(case(expect="handoff"), "I am passing you on to a colleague.", "answer")


@pytest.mark.parametrize(
    ("reply", "needed", "there"),
    [
        ("It costs £5.", "£5", True),
        ("It costs £5.95.", "£5", False),
        ("It costs £5.", "£", True),
        ("You save 10%.", "%", True),
        ("It takes 14 days.", "4 days", False),
        ("It takes 4\ndays.", "4 days", True),
    ],
)
def test_what_is_needed_is_found_as_whole_words_and_figures(reply: str, needed: str, there: bool) -> None:
    assert holds(reply, needed) is there


def test_intervals_hold_the_value() -> None:
    share = proportion(8, 10)
    assert share["low"] < share["value"] == 0.8 < share["high"]
    average = mean([1.0, 2.0, 3.0, 4.0])
    assert average["low"] < average["value"] == 2.5 < average["high"]
    assert mean([1.0, 1.0]) == {"value": 1.0, "low": 1.0, "high": 1.0}


def test_perplexity_of_even_odds_is_two() -> None:
    assert perplexity([-0.6931 * 4, -0.6931 * 6], [4, 6]) == pytest.approx(2.0, abs=1e-3)


def results(version: str, passed: dict[str, list[bool]], likelihood: float, spread: float = 0.02) -> dict[str, Any]:
    cases = [
        {
            "suite": suite,
            "id": f"{suite}-{n}",
            "passed": ok,
            "log_likelihood": -10 * (likelihood + spread * (n % 3)),
            "tokens": 10,
        }
        for suite, oks in passed.items()
        for n, ok in enumerate(oks)
    ]
    return {"version": version, "cases": cases}


CHAMPION = results("a", {"facts": [True] * 5 + [False] * 15, "must_pass": [True] * 3}, 2.0)


def test_a_candidate_that_is_proven_better_is_promoted() -> None:
    verdict = judge(results("b", {"facts": [True] * 15 + [False] * 5, "must_pass": [True] * 3}, 1.0), CHAMPION)
    assert verdict.promoted
    assert any("more likely" in reason for reason in verdict.reasons)
    assert any("passes more" in reason for reason in verdict.reasons)


def test_an_equal_candidate_is_held() -> None:
    verdict = judge(results("b", {"facts": [True] * 5 + [False] * 15, "must_pass": [True] * 3}, 2.0), CHAMPION)
    assert not verdict.promoted
    assert "not proven better than a" in verdict.reasons[0]


def test_a_loss_where_nothing_may_be_lost_holds() -> None:
    verdict = judge(results("b", {"facts": [True] * 20, "must_pass": [True, True, False]}, 1.0), CHAMPION)
    assert not verdict.promoted
    assert "must_pass" in verdict.reasons[0]


def test_a_proven_loss_on_any_suite_holds() -> None:
    champion = results("a", {"facts": [True] * 20, "fairness": [False] * 20}, 2.0)
    verdict = judge(results("b", {"facts": [False] * 20, "fairness": [True] * 20}, 1.0), champion)
    assert not verdict.promoted
    assert "worse on facts: 0 of 20 pass, 20 before" in verdict.reasons[0]


def test_a_long_suite_is_sampled_evenly_and_guarded_ones_stay_whole(pack: Pack) -> None:
    facts = pack.suites["facts"]
    suites = [Suite("facts", facts * 10), Suite("safety", facts * 10), Suite("must_pass", facts[:1])]
    taken = {suite.name: suite.cases for suite in sampled(suites, 4, whole=("safety",))}
    assert [len(cases) for cases in taken.values()] == [4, 10 * len(facts), 1]
    assert taken["facts"] == [(facts * 10)[place * 10 * len(facts) // 4] for place in range(4)]
