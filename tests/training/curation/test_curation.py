"""From feedback to a snapshot: consent, redaction, trust, near-duplicates, splits, freezing."""

from collections import Counter

import pytest

from chatbot.errors import NotFoundError, TrainingError
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack
from chatbot.records import ChatMessage, Person, Trace
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.erasures import Traces
from training.curation.collecting import collect
from training.curation.deduplication import deduplicate
from training.curation.examples import Example
from training.curation.snapshots import Curated, curate, freeze, open_snapshot
from training.curation.splitting import split
from training.curation.trust import MOST_PER_VISITOR, filter_untrusted
from training.origins import OriginName


def talk(store: Store, person: Person, question: str, reply: str) -> str:
    conversation = store.conversations.start(person, "lamps")
    asked = store.conversations.add_user_message(conversation, None, question)
    message = store.conversations.begin_reply(conversation, asked.id, Trace(version="base"))
    store.conversations.update_reply(message.id, reply, "complete", Trace(version="base"))
    return message.id


@pytest.fixture
def agent(store: Store) -> Person:
    return store.people.add_staff("ann", "agent", "a long password")


@pytest.fixture
def visitor(store: Store) -> Person:
    return store.people.set_consent(store.people.add_visitor(), True)


def test_without_consent_nothing_is_learned(pack: Pack, store: Store, agent: Person) -> None:
    silent = store.people.add_visitor()
    reply = talk(store, silent, "Do you sell red lamps?", "No idea about that.")
    store.feedback.rate(reply, silent, "like")
    store.feedback.correct(reply, agent, "Yes, we sell red lamps.")
    store.feedback.approve("Do you sell red lamps?", "Yes, some.", agent, reply)
    curated = curate(pack, store)
    assert curated.dropped["no consent"] == 3
    assert {example.role for example in [*curated.train, *curated.validation]} == {"pack"}
    assert curated.unpaired == []


def test_a_correction_is_learned_and_kept_as_a_preference(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings, agent: Person, visitor: Person
) -> None:
    reply = talk(store, visitor, "Do you sell red lamps?", "No idea about that.")
    store.feedback.rate(reply, visitor, "dislike", ["Wrong"], "rubbish")
    store.feedback.correct(reply, agent, "Yes, we sell red lamps from £20.")
    snapshot = freeze(curate(pack, store), pack, knowledge, settings, store, "operator:o")
    learned = [row for row in snapshot.rows("train") if row["origin"] == "correction"]
    assert learned[0]["messages"][-1] == {"role": "assistant", "content": "Yes, we sell red lamps from £20."}
    assert learned[0]["messages"][0]["role"] == "system"
    preference = snapshot.rows("preferences")[0]
    assert preference["rejected"][0]["content"] == "No idea about that."
    assert preference["chosen"][0]["content"].startswith("Yes")
    assert snapshot.rows("unpaired")[0]["label"] is False


def test_personal_data_is_redacted(pack: Pack, store: Store, agent: Person, visitor: Person) -> None:
    reply = talk(store, visitor, "I am jo@mail.example, call 020 7946 0999. Where is my parcel?", "I do not know.")
    store.feedback.correct(reply, agent, "Please write to help@lamps.example.")
    curated = curate(pack, store)
    learned = next(example for example in curated.train if example.origin == "correction")
    assert learned.question == "I am [email], call [phone]. Where is my parcel?"
    assert learned.reply == "Please write to help@lamps.example."
    assert curated.redacted == Counter(email=1, phone=1)


def test_likes_are_capped_per_visitor_and_yield_to_the_staff(
    pack: Pack, store: Store, agent: Person, visitor: Person
) -> None:
    words = "amber brass copper dusky ebony flint green hazel indigo jade khaki lilac mauve navy ochre pink quartz ruby"
    replies = [
        talk(store, visitor, f"Lamp {w}?", f"The {w} lamp costs {n} pounds.") for n, w in enumerate(words.split())
    ]
    replies += [talk(store, visitor, f"Shade {w}?", f"A {w} shade suits every {w} room.") for w in words.split()]
    for reply in replies:
        store.feedback.rate(reply, visitor, "like")
    store.feedback.correct(replies[0], agent, "It costs twenty pounds exactly.")
    dropped: Counter[str] = Counter()
    kept = filter_untrusted(collect(pack, store).examples, dropped)
    assert sum(example.origin == "like" for example in kept) == MOST_PER_VISITOR
    assert dropped["liked, but corrected by staff"] == 1
    assert dropped[f"over {MOST_PER_VISITOR} rows from one visitor"] == 36 - 1 - MOST_PER_VISITOR


def example(name: str, question: str, reply: str, origin: OriginName = "pair", group: str | None = None) -> Example:
    messages: list[ChatMessage] = [{"role": "user", "content": question}, {"role": "assistant", "content": reply}]
    return Example(name, messages, origin, group or name)


def test_of_near_duplicates_the_most_trusted_stays() -> None:
    text = "You can send any unused lamp back to our shop within thirty days of the delivery without giving a reason."
    twins = [
        example("a", "How long may I return it?", text, "like"),
        example("b", "How long may I return it?", text, "correction"),
    ]
    dropped: Counter[str] = Counter()
    assert [row.id for row in deduplicate([*twins, example("c", "Price?", "£4.95")], dropped)] == ["b", "c"]
    assert dropped == Counter({"near-duplicate": 1})


def test_a_split_keeps_groups_whole_and_corrections_in_training() -> None:
    rows = [example(f"{n}-{turn}", f"q{n}", "r", "like", f"talk-{n}") for n in range(200) for turn in range(2)]
    ordered = [example(f"c{n}", "q", "r", "correction", f"talk-{n}") for n in range(100)]
    train, validation = split([*rows, *ordered])
    assert 5 < len(validation) / 2 < 30
    assert {row.group for row in train}.isdisjoint({row.group for row in validation})
    assert all(row in train for row in ordered)


def test_the_same_content_is_frozen_once(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings, agent: Person, visitor: Person
) -> None:
    first = freeze(curate(pack, store), pack, knowledge, settings, store, "o")
    assert freeze(curate(pack, store), pack, knowledge, settings, store, "o").number == first.number == 1
    store.feedback.correct(talk(store, visitor, "Red?", "No."), agent, "Yes, red too.")
    second = freeze(curate(pack, store), pack, knowledge, settings, store, "o")
    assert second.number == 2
    assert open_snapshot(store, 1).rows("train") == first.rows("train")
    with pytest.raises(NotFoundError, match="snapshot 9"):
        open_snapshot(store, 9)


def test_rows_do_not_read_their_own_answer(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings, agent: Person
) -> None:
    store.feedback.approve("Do you rent lamps out?", "Yes, a lamp can be rented for £9 a week.", agent)
    knowledge.set_answers(store.feedback.answers())
    snapshot = freeze(curate(pack, store), pack, knowledge, settings, store, "o")
    row = next(row for row in snapshot.rows("train") if row["origin"] == "answer")
    assert "£9" not in row["messages"][-2]["content"]


def test_no_row_reads_what_a_visitor_did_not_consent_to(
    pack: Pack, store: Store, knowledge: Knowledge, settings: Settings, agent: Person
) -> None:
    asked = "I am Jane Doe, how long may I return a lamp?"
    reply = talk(store, store.people.add_visitor(), asked, "No idea.")
    store.feedback.approve(asked, "30 days, Jane.", agent, reply)
    knowledge.set_answers(store.feedback.answers())
    snapshot = freeze(curate(pack, store), pack, knowledge, settings, store, "o")
    assert "Jane" not in (snapshot.folder / "train.jsonl").read_text()
    store.erasures.erase(Traces([store.conversations.message(reply).conversation]), "visitor:x")
    assert store.feedback.answers() == []
    assert not [example for example in curate(pack, store).train if example.origin == "answer"]


def test_the_reasons_of_a_dislike_are_kept(pack: Pack, store: Store, visitor: Person) -> None:
    reply = talk(store, visitor, "Do you sell red lamps?", "No idea about that.")
    store.feedback.rate(reply, visitor, "dislike", ["Wrong"])
    assert curate(pack, store).unpaired[0]["reasons"] == ["Wrong"]


def test_nothing_to_learn_is_an_error(pack: Pack, knowledge: Knowledge, settings: Settings, store: Store) -> None:
    empty = Curated([], [], [], Counter({"no consent": 3}))
    with pytest.raises(TrainingError, match="no consent: 3"):
        freeze(empty, pack, knowledge, settings, store, "o")
