"""What changed between two versions: losses first, equal replies not at all."""

from chatbot.knowledge.packs import Pack
from training.evaluation.changes import changed_replies
from training.evaluation.results import Evaluation, Judged


def result(**replies: tuple[str, bool]) -> Evaluation:
    cases = [Judged("facts", name.replace("_", "-"), reply, passed, 1.0) for name, (reply, passed) in replies.items()]
    return Evaluation("v", {}, {}, 0.0, cases)


def test_losses_come_first_and_equal_replies_not_at_all(pack: Pack) -> None:
    before = result(facts_0=("60 days", False), facts_1=("£3.50", True), facts_2=("£4.95", True), facts_3=("6", True))
    after = result(facts_0=("30 days", True), facts_1=("£3", False), facts_2=("£4.95", True), facts_3=("six", True))
    cases = {case.id: case for suite in pack.suites.values() for case in suite}
    found = changed_replies(after, before, cases)
    assert [(one.case, one.effect) for one in found] == [
        ("facts-1", "worse"),
        ("facts-0", "better"),
        ("facts-3", "other"),
    ]
    assert found[1].asked == ["Tell me, How long may I return a lamp?"]
    assert found[1].must_say == ["30 days"]
    assert (found[1].before.reply, found[1].after.reply) == ("60 days", "30 days")


def test_a_case_that_the_pack_has_no_more_is_shown_without_its_question() -> None:
    found = changed_replies(result(gone=("a", True)), result(gone=("b", True)), {})
    assert found[0].asked == []
