"""The gate: better in likelihood or cases passed, and worse nowhere."""

from dataclasses import asdict

from training.evaluation.gate import judge
from training.evaluation.results import Evaluation, Judged


def results(version: str, passed: dict[str, list[bool]], likelihood: float, spread: float = 0.02) -> Evaluation:
    cases = [
        Judged(suite, f"{suite}-{n}", "", ok, 1.0, -10 * (likelihood + spread * (n % 3)), tokens=10)
        for suite, oks in passed.items()
        for n, ok in enumerate(oks)
    ]
    return Evaluation(version, {}, {}, 0.0, cases)


CHAMPION = results("a", {"facts": [True] * 5 + [False] * 15, "must_pass": [True] * 3}, 2.0)


def test_a_candidate_that_is_proven_better_is_promoted() -> None:
    verdict = judge(results("b", {"facts": [True] * 15 + [False] * 5, "must_pass": [True] * 3}, 1.0), CHAMPION)
    assert verdict.promoted
    assert any("more likely" in reason for reason in verdict.reasons)
    assert any("answers more cases right" in reason for reason in verdict.reasons)


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


def test_a_verdict_carries_its_differences_as_they_are_stored() -> None:
    verdict = judge(results("b", {"facts": [True] * 20, "must_pass": [True] * 3}, 1.0), CHAMPION)
    stored = verdict.as_dict()
    assert set(stored) == {"decision", "against", "reasons", "differences"}
    assert stored["against"] == "a"
    assert stored["differences"] == {
        "log_likelihood_per_token": {"value": 1.0, "low": 1.0, "high": 1.0},
        "pass_rate": asdict(verdict.differences.pass_rate),
        "suites": {
            "facts": asdict(verdict.differences.suites["facts"]),
            "must_pass": {"value": 0.0, "low": 0.0, "high": 0.0},
        },
    }
    assert verdict.differences.suites["facts"].value == 0.75


def test_cases_without_a_likelihood_say_nothing_of_it() -> None:
    unmeasured = [Judged("facts", f"facts-{n}", "", n < 5, 1.0) for n in range(20)]
    verdict = judge(Evaluation("b", {}, {}, 0.0, unmeasured), CHAMPION)
    assert verdict.differences.log_likelihood_per_token.value == 0.0
    assert not verdict.promoted
