"""Whether a reply passes its case, and how suites are sampled."""

from typing import Literal

import pytest

from chatbot.knowledge.packs import Case, Pack, PackMessage
from training.evaluation.suites import Suite, holds, passes, sampled


def case(
    must_include: list[str] | None = None,
    must_not_include: list[str] | None = None,
    expect: Literal["answer", "abstain", "handoff", "refuse"] = "answer",
) -> Case:
    return Case(
        id="c",
        messages=[PackMessage(role="user", content="q")],
        reference="r",
        intent="i",
        must_include=must_include or [],
        must_not_include=must_not_include or [],
        expect=expect,
    )


@pytest.mark.parametrize(
    ("reply", "passed"),
    [("It is 30 days.", True), ("It is 130 days.", False), ("30\ndays", True), ("30 daysish", False), ("", False)],
)
def test_a_needed_fact_must_stand_as_whole_words(reply: str, passed: bool) -> None:
    assert passes(case(must_include=["30 days"]), reply, "answer") is passed


def test_what_must_not_be_said_fails() -> None:
    assert not passes(case(must_not_include=["£5"]), "It costs £5.", "answer")
    assert passes(case(must_not_include=["£5"]), "It costs £50.", "answer")


@pytest.mark.parametrize("act", ["abstain", "refuse", "decline", "handoff"])
def test_abstaining_and_refusing_are_acts_not_phrases(act: str) -> None:
    both: tuple[Literal["abstain", "refuse"], ...] = ("abstain", "refuse")
    for expected in both:
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


def test_a_long_suite_is_sampled_evenly_and_guarded_ones_stay_whole(pack: Pack) -> None:
    facts = pack.suites["facts"]
    suites = [Suite("facts", facts * 10), Suite("safety", facts * 10), Suite("must_pass", facts[:1])]
    taken = {suite.name: suite.cases for suite in sampled(suites, 4, whole=("safety",))}
    assert [len(cases) for cases in taken.values()] == [4, 10 * len(facts), 1]
    assert taken["facts"] == [(facts * 10)[place * 10 * len(facts) // 4] for place in range(4)]
