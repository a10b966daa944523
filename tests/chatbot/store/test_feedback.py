"""What may be said of a reply, and what of it could be learned from."""

import pytest

from chatbot.errors import InputError
from chatbot.records import Person, Trace
from chatbot.store import Store
from chatbot.store.feedback import LONGEST_TEXT, check_rating, check_stars, stored_text


def replied(store: Store, person: Person, pack: str = "lamps") -> str:
    conversation = store.conversations.start(person, pack)
    question = store.conversations.add_user_message(conversation, None, "How long?")
    reply = store.conversations.begin_reply(conversation, question.id, Trace("v1"))
    store.conversations.update_reply(reply.id, "30 days.", "complete", Trace("v1"))
    return reply.id


def test_ratings_and_stars_within_the_scale_pass() -> None:
    check_rating("dislike", ["Wrong"])
    check_stars({"accuracy": 1, "fluency": 5})
    with pytest.raises(InputError, match="use 'like' or 'dislike'"):
        check_rating("love", [])
    with pytest.raises(InputError, match="no stars were given"):
        check_stars({})


def test_a_text_is_stored_without_spaces_around_it_and_not_too_long() -> None:
    assert (stored_text(" 30 days "), stored_text(""), stored_text(None)) == ("30 days", None, None)
    with pytest.raises(InputError, match=f"{LONGEST_TEXT:,} fit"):
        stored_text("x" * (LONGEST_TEXT + 1))


def test_lessons_are_ratings_and_corrections_of_one_pack_with_the_owners_consent(
    store: Store, visitor: Person, agent: Person
) -> None:
    reply, elsewhere = replied(store, visitor), replied(store, visitor, "rugs")
    silent = replied(store, store.people.add_visitor())
    store.people.set_consent(visitor, True)
    store.feedback.rate(reply, visitor, "like", ["Rude"])
    store.feedback.add_stars(reply, agent, {"accuracy": 2})
    store.feedback.correct(silent, agent, "14 days.")
    store.feedback.rate(elsewhere, visitor, "like")
    liked, corrected = store.feedback.lessons("lamps")
    assert liked.feedback in store.feedback.on(reply) and liked.consent
    assert liked.conversation == store.conversations.message(reply).conversation
    assert corrected.feedback == store.feedback.on(silent)[0] and not corrected.consent
    assert corrected.feedback.role == "agent"


def test_what_was_given_since_a_moment_is_counted_by_kind(store: Store, visitor: Person, agent: Person) -> None:
    reply = replied(store, visitor)
    store.feedback.rate(reply, visitor, "like")
    moment = store.feedback.on(reply)[0].created_at
    store.feedback.rate(reply, agent, "dislike")
    store.feedback.correct(reply, agent, "14 days.")
    store.feedback.add_stars(reply, agent, {"accuracy": 2})
    kinds = [("correction", False), ("dislike", False), ("like", False)]
    assert store.feedback.given_since("lamps", "") == dict.fromkeys(kinds, 1)
    assert store.feedback.given_since("lamps", moment) == dict.fromkeys(kinds[:2], 1)
    store.people.set_consent(visitor, True)
    assert store.feedback.given_since("lamps", moment) == {("correction", True): 1, ("dislike", True): 1}
    assert store.feedback.given_since("rugs", "") == {}
