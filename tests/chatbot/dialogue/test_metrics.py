"""What is counted of replies, and read from elsewhere when asked for."""

from chatbot.dialogue.admission import Admission
from chatbot.dialogue.metrics import Metrics
from chatbot.dialogue.session import Session
from chatbot.records import Trace


def opened(chat: Session, feedback: dict[tuple[str, str], int]) -> Metrics:
    return Metrics(chat.live, Admission(2, 2), lambda: feedback)


def lines(metrics: Metrics) -> list[str]:
    return metrics.text().decode().splitlines()


def test_every_reply_counts_under_its_version_and_how_it_ended(chat: Session) -> None:
    metrics = opened(chat, {})
    metrics.replied(Trace(version="v1", prompt_tokens=30, completion_tokens=4, first_token_ms=20.0), "complete")
    metrics.replied(Trace(version="v1", prompt_tokens=2), "stopped")
    metrics.replied(Trace(version="v1", handoff="asked for a person"), "complete")
    told = lines(metrics)
    for status in ("complete", "stopped", "handoff"):
        assert f'chatbot_replies_total{{status="{status}",version="v1"}} 1.0' in told
    assert 'chatbot_tokens_in_total{version="v1"} 32.0' in told
    assert 'chatbot_tokens_out_total{version="v1"} 4.0' in told
    assert 'chatbot_first_token_seconds_count{version="v1"} 1.0' in told
    assert 'chatbot_queue_seconds_count{version="v1"} 3.0' in told


def test_feedback_is_read_when_asked_for(chat: Session) -> None:
    counts: dict[tuple[str, str], int] = {}
    metrics = opened(chat, counts)
    counts["v1", "like"] = 3
    assert 'chatbot_feedback{kind="like",version="v1"} 3.0' in lines(metrics)
