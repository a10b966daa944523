"""What conversations came to, counted from what was really said and rated."""

import pytest

from chatbot.records import Act, Person, Trace, now
from chatbot.store import Store
from chatbot.store.figures import ENDINGS, Counted, Figures, Tallies
from chatbot.store.sqlite.case_endings import count_endings
from chatbot.store.sqlite.store import SqliteStore

EVER, LATER = "2020-01-01", "2100-01-01"


def talk(store: Store, person: Person, *acts: Act, version: str = "v1", first: float | None = 90, **trace: str) -> str:
    """A conversation in which each reply does this; the id of the last reply."""
    conversation, parent = store.conversations.start(person, "lamps"), None
    for act in acts:
        asked = store.conversations.add_user_message(conversation, parent, f"How long? {act}")
        reply = store.conversations.begin_reply(conversation, asked.id, Trace(version))
        told = Trace(version, act=act, queued_ms=10, first_token_ms=first, uncertain=act == "abstain", **trace)  # type: ignore[arg-type]
        store.conversations.update_reply(reply.id, "30 days.", "complete", told)
        parent = reply.id
    return str(parent)


def tallies(store: Store, quiet: str = LATER, first: str = EVER, last: str = LATER) -> Tallies:
    return store.figures.tallies("lamps", first, last, quiet)


def test_every_conversation_comes_to_exactly_one_thing(store: Store, visitor: Person, agent: Person) -> None:
    store.feedback.say_helped(talk(store, visitor, "abstain", "answer"), visitor, True)
    store.feedback.rate(talk(store, visitor, "answer"), visitor, "dislike")
    store.feedback.say_helped(talk(store, visitor, "answer"), visitor, False)
    store.feedback.rate(talk(store, visitor, "answer"), agent, "dislike")
    talk(store, visitor, "answer", "abstain")
    talk(store, visitor, "chat", "decline")
    talk(store, visitor, "answer", "handoff", handoff="asked")
    waiting = store.conversations.message(talk(store, visitor, "answer")).conversation
    store.cases.hand_off(waiting, visitor.actor, "asked")
    silent = store.conversations.start(visitor, "lamps")
    store.conversations.add_user_message(silent, None, "Hello?")
    store.conversations.start(visitor, "lamps")
    talk(store, store.people.add_visitor(), "answer")
    found = tallies(store).whole
    expected = {"confirmed": 1, "disliked": 2, "assumed": 2, "unanswered": 2, "other": 1, "handed_off": 2}
    assert found.endings == expected and found.conversations == 10 and set(expected) < set(ENDINGS)
    assert found.resolved == pytest.approx(3 / 9)
    assert tallies(store, quiet=EVER).whole.endings["open"] == 2


def test_what_a_visitor_says_last_counts(store: Store, visitor: Person) -> None:
    reply = talk(store, visitor, "answer")
    store.feedback.rate(reply, visitor, "dislike")
    store.feedback.say_helped(reply, visitor, False)
    store.feedback.say_helped(reply, visitor, True)
    assert tallies(store).whole.endings == {"confirmed": 1}
    conversation = store.conversations.message(reply).conversation
    store.erasures.erase(store.erasures.traces([conversation]), "system")
    assert not tallies(store).whole.conversations


def test_what_is_kept_is_what_is_found_when_all_is_counted_anew(store: Store, visitor: Person, agent: Person) -> None:
    assert isinstance(store, SqliteStore)
    liked = talk(store, visitor, "answer")
    for value in ("dislike", "like"):
        store.feedback.rate(liked, visitor, value)
    store.feedback.withdraw_rating(talk(store, visitor, "answer"), visitor)
    taken_back = talk(store, visitor, "answer")
    store.feedback.rate(taken_back, visitor, "dislike")
    store.feedback.withdraw_rating(taken_back, visitor)
    cases = [store.conversations.message(talk(store, visitor, "answer")).conversation for _ in range(3)]
    store.cases.write(cases[0], agent, "I am here.")
    store.cases.release(cases[0], agent)
    store.cases.claim(cases[1], agent)
    store.cases.close(cases[2], agent)
    told = store.conversations.start(visitor, "lamps")
    store.conversations.add_history(
        told, [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]
    )
    left = store.conversations.start(visitor, "lamps")
    asked = store.conversations.add_user_message(left, None, "How long?")
    store.conversations.begin_reply(left, asked.id, Trace("v1"))
    store.conversations.mark_interrupted()
    kept = store.database.rows("select conversation, pack, day, ending, first_ms from cases")
    count_endings(store.database.here)
    assert store.database.rows("select conversation, pack, day, ending, first_ms from cases") == kept
    assert {row["ending"] for row in kept} >= {"answered", "handed_off"} and len(kept) == 8


def test_they_are_counted_by_day_and_by_version_of_the_last_reply_within_a_time(store: Store, visitor: Person) -> None:
    assert isinstance(store, SqliteStore)
    early = store.conversations.message(talk(store, visitor, "answer", version="v1", first=90)).conversation
    talk(store, visitor, "answer", version="v2", first=290)
    talk(store, visitor, "abstain", version="v2", first=None)
    found = tallies(store)
    assert list(found.days) == [now()[:10]] and list(found.versions) == ["v1", "v2"]
    assert found.versions["v2"].conversations == 2 and found.versions["v2"].resolved == 0.5
    assert (found.versions["v1"].first_ms, found.versions["v2"].first_ms, found.whole.first_ms) == (100, 300, 100)
    changed = "update conversations set created_at = '2026-01-01T23:59:59.000000+00:00' where id = ?"
    store.database.here.conn.execute(changed, [early])
    count_endings(store.database.here)
    assert tallies(store, last="2026-01-01").whole.conversations == 1
    assert tallies(store, first="2026-01-02").whole.conversations == 2
    assert list(tallies(store).days) == ["2026-01-01", now()[:10]]
    assert store.figures.tallies("rugs", EVER, LATER, LATER).whole.resolved is None


def test_the_median_is_of_first_replies() -> None:
    counted = [Counted("d", "v", "assumed", ms, count) for ms, count in ((10, 1), (20, 1), (90, 3))]
    assert Tallies.of(counted, {("d", "v"): 5}).whole.endings == {"open": 5}
    assert Tallies.of(counted).whole.first_ms == 90 and Tallies.of([]).whole.first_ms is None


def test_questions_are_missed_that_got_no_answer_or_a_bad_one(store: Store, visitor: Person, agent: Person) -> None:
    unanswered, disliked = talk(store, visitor, "abstain"), talk(store, visitor, "answer")
    store.feedback.rate(disliked, visitor, "dislike")
    store.feedback.rate(unanswered, visitor, "dislike")
    corrected = talk(store, visitor, "answer")
    store.feedback.correct(corrected, agent, "14 days.")
    store.feedback.rate(talk(store, visitor, "answer"), visitor, "like")
    figures: Figures = store.figures
    found = figures.missed("lamps", EVER, 10)
    assert [(one.reply, one.fault) for one in found] == [
        (corrected, "corrected"),
        (disliked, "disliked"),
        (unanswered, "unanswered"),
    ]
    assert (found[2].question, found[2].answer) == ("How long? abstain", "30 days.")
    assert len(figures.missed("lamps", EVER, 1)) == 1 and not figures.missed("lamps", LATER, 10)
    assert not figures.missed("rugs", EVER, 10)


@pytest.mark.parametrize("query", ["ENDED", "GOING_ON", "MISSED"])
def test_whole_tables_are_not_read(store: Store, query: str) -> None:
    from chatbot.store.sqlite import figures

    assert isinstance(store, SqliteStore)
    times = {"pack": "lamps", "since": EVER, "first": EVER, "last": LATER, "quiet": LATER}
    plan = store.database.rows(f"explain query plan {getattr(figures, query)}", **times, limit=5)
    read = {step["detail"].split()[1] for step in plan if step["detail"].startswith("SCAN")}
    assert not read & {"messages", "replies", "questions", "conversations", "cases", "feedback", "people"}, plan
