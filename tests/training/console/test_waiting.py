"""What waits to be learned is counted since the last training."""

from chatbot.dialogue.session import Session
from chatbot.lineage import SnapshotCounts
from chatbot.records import Trace
from chatbot.store.versions import BASE
from training.console.waiting import WaitingFeedback, expected_seconds, plan


def test_what_waits_counts_since_the_last_training(session: Session) -> None:
    store, feedback = session.store, WaitingFeedback(session)
    assert feedback.waiting().empty
    visitor = store.people.set_consent(store.people.add_visitor(), True)
    talk = store.conversations.start(visitor, "lamps")
    asked = store.conversations.add_user_message(talk, None, "May I return it?")
    reply = store.conversations.begin_reply(talk, asked.id, Trace(version=BASE))
    store.conversations.update_reply(reply.id, "Yes, within 30 days.", "complete", Trace(version=BASE))
    store.feedback.rate(reply.id, visitor, "like")
    waiting = feedback.waiting()
    assert waiting.said.given == {"like": 1, "dislike": 0, "correction": 0, "answer": 0}
    assert waiting.counts.origins["like"] == 1
    store.versions.add_snapshot("lamps", session.settings.home, waiting.counts, "system", 3)
    store.versions.add_version("lamps", BASE, "ab12cd34", None, 3)
    waiting = feedback.waiting()
    assert waiting.empty and waiting.said.snapshot == 3
    assert "learn from the same rows again" in plan(waiting, store)


def test_the_last_finished_run_says_how_long_the_next_takes(session: Session) -> None:
    store = session.store
    assert expected_seconds(store, 100) is None
    store.versions.add_snapshot("lamps", session.settings.home, SnapshotCounts(train=50), "system", 1)
    run = store.versions.start_run("system")
    began, ended = "2026-01-01T10:00:00+00:00", "2026-01-01T10:05:00+00:00"
    store.versions.update_run(run.id, snapshot=1, status="finished", started_at=began, finished_at=ended)
    assert expected_seconds(store, 100) == 600
