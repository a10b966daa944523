"""What each source adds to what is collected."""

from chatbot.knowledge.packs import Pack
from chatbot.records import Person, ReplyStatus, Trace
from chatbot.store import Store
from chatbot.store.uploads import Content
from training.curation.collecting import SOURCES, collect
from training.curation.examples import Collected
from training.curation.sources.answers import add_answers
from training.curation.sources.feedback import add_feedback
from training.curation.sources.pack import add_pack

PLAIN = Trace("v1")


def replied(
    store: Store, person: Person, status: ReplyStatus = "complete", trace: Trace = PLAIN, text: str = "No idea."
) -> str:
    conversation = store.conversations.start(person, "lamps")
    question = store.conversations.add_user_message(conversation, None, "Do you sell red lamps?")
    reply = store.conversations.begin_reply(conversation, question.id, trace)
    store.conversations.update_reply(reply.id, text, status, trace)
    return reply.id


def consenting(store: Store) -> Person:
    return store.people.set_consent(store.people.add_visitor(), True)


def test_all_sources_are_asked_in_their_order(pack: Pack, store: Store) -> None:
    assert (add_pack, add_feedback, add_answers) == SOURCES
    collected = collect(pack, store)
    assert {example.origin for example in collected.examples} == {"pair", "dialogue"}
    assert {example.role for example in collected.examples} == {"pack"}


def test_feedback_becomes_rows_preferences_and_verdicts(pack: Pack, store: Store) -> None:
    visitor, agent = consenting(store), store.people.add_staff("ann", "agent", "a long password")
    reply = replied(store, visitor)
    store.feedback.rate(reply, visitor, "like")
    store.feedback.correct(reply, agent, "Yes, we do.")
    collected = Collected()
    add_feedback(pack, store, collected)
    liked, corrected = collected.examples
    assert (liked.origin, liked.role, liked.reply, liked.rejected) == ("like", "visitor", "No idea.", None)
    assert (corrected.origin, corrected.role, corrected.reply) == ("correction", "agent", "Yes, we do.")
    assert corrected.rejected == "No idea." and corrected.group == liked.group
    assert [(verdict.label, verdict.message) for verdict in collected.verdicts] == [(True, reply)]


def test_what_an_agent_wrote_and_likes_is_a_row_in_place_of_the_bots_handing_over(pack: Pack, store: Store) -> None:
    visitor, agent = consenting(store), store.people.add_staff("ann", "agent", "a long password")
    conversation = store.conversations.message(replied(store, visitor)).conversation
    store.cases.write(conversation, agent, "Hello, this is Ann.")
    store.conversations.add_user_message(
        store.conversations.get(conversation), store.conversations.get(conversation).head, "Small ones?"
    )
    store.conversations.add_user_message(
        store.conversations.get(conversation), store.conversations.get(conversation).head, "Hello?"
    )
    store.cases.write(conversation, agent, "One moment.")
    written = store.cases.write(conversation, agent, "Yes, in three sizes.")
    store.feedback.rate(written.id, agent, "like")
    collected = Collected()
    add_feedback(pack, store, collected)
    (row,) = collected.examples
    assert [(said["role"], said["content"]) for said in row.messages] == [
        ("user", "Do you sell red lamps?"),
        ("assistant", "Hello, this is Ann."),
        ("user", "Small ones?\n\nHello?"),
        ("assistant", "Yes, in three sizes."),
    ]


def test_feedback_without_consent_or_on_half_a_reply_is_left_out(pack: Pack, store: Store) -> None:
    silent, visitor = store.people.add_visitor(), consenting(store)
    store.feedback.rate(replied(store, silent), silent, "like")
    store.feedback.rate(replied(store, visitor, "failed"), visitor, "like")
    collected = Collected()
    add_feedback(pack, store, collected)
    assert collected.examples == [] and collected.dropped == {"no consent": 1, "incomplete reply": 1}


def test_a_reply_that_knew_the_visitor_teaches_only_what_replaced_it(pack: Pack, store: Store) -> None:
    visitor, agent = consenting(store), store.people.add_staff("ann", "agent", "a long password")
    reply = replied(store, visitor, trace=Trace("v1", known=["name"]), text="Hello Ada! No idea.")
    store.feedback.rate(reply, visitor, "like")
    store.feedback.correct(reply, agent, "Yes, we do.")
    collected = Collected()
    add_feedback(pack, store, collected)
    assert [(one.reply, one.rejected) for one in collected.examples] == [("Yes, we do.", None)]
    assert collected.verdicts == [] and collected.dropped == {"knew the visitor": 1}


def test_what_was_said_after_a_file_teaches_nothing(pack: Pack, store: Store) -> None:
    visitor = consenting(store)
    reply = store.conversations.message(replied(store, visitor))
    upload = store.uploads.add(visitor, "a.txt", "text/plain", Content(b"words"))
    store.uploads.attach([upload.id], store.conversations.message(str(reply.parent)), visitor)
    store.feedback.rate(reply.id, visitor, "like")
    collected = Collected()
    add_feedback(pack, store, collected)
    assert collected.examples == [] and collected.dropped == {"after a file": 1}


def test_answers_that_were_corrections_too_are_added_once(pack: Pack, store: Store) -> None:
    visitor, agent = consenting(store), store.people.add_staff("ann", "agent", "a long password")
    reply = replied(store, visitor)
    store.feedback.correct(reply, agent, "Yes, we do.")
    store.feedback.approve("Do you sell red lamps?", "Yes, we do.", agent, reply)
    free = store.feedback.approve("Do you rent lamps out?", "Yes.", agent)
    collected = collect(pack, store)
    assert [example.id for example in collected.examples if example.origin == "answer"] == [f"answer-{free.id}"]
