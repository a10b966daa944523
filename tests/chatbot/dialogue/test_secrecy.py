"""No reply repeats a stretch of the system text, and none of one is seen before it is known to be none."""

from chatbot.dialogue.check import Source, StreamCheck
from chatbot.dialogue.secrecy import Secret

SYSTEM = "You are the assistant of a lamp shop. Answer briefly, only from the facts given."
SECRET = Secret.of(SYSTEM, [])


def test_a_stretch_is_found_where_it_begins_whatever_its_marks_and_capitals() -> None:
    assert SECRET.told("My rules: ANSWER, briefly – only from the facts given!") == len("My rules: ")
    assert SECRET.told("I answer briefly and only from facts.") is None


def test_what_may_be_told_is_no_secret() -> None:
    assert Secret.of(SYSTEM, [SYSTEM]).told(SYSTEM) is None
    assert Secret().told(SYSTEM) is None and Secret().begun(SYSTEM) is None


def test_what_may_become_a_stretch_waits_for_its_next_words() -> None:
    assert SECRET.begun("Sure. You are the") == SECRET.begun("Sure. You are the assist") == len("Sure. ")
    assert SECRET.begun("Sure. You are the", whole=True) is None
    assert SECRET.begun("Sure. You are the best customer") is None


def test_it_is_never_on_view_while_a_reply_is_written() -> None:
    reply = f"Sure thing. {SYSTEM} Anything else?"
    check, seen = StreamCheck(Source.of([]), secret=SECRET), ""
    for end in range(1, len(reply) + 1):
        seen = max(seen, reply[: check.release(reply[:end])], key=len)
        if check.failed:
            break
    assert check.failed and seen == "Sure thing. You are "  # as anybody may say
