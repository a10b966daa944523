"""What is counted while the product runs, in Prometheus' terms; every reply passes here once.

Replies, tokens and times are counted since the process began; swaps and feedback are read when somebody asks.
"""

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from chatbot.records import Trace

FIRST_TOKEN_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)


class Metrics:
    """The counters of one installation."""

    def __init__(self, swaps: Callable[[], int], feedback: Callable[[], Mapping[str, int]]) -> None:
        self.registry = CollectorRegistry()
        self._feedback_counts = feedback
        self._replies = Counter("chatbot_replies", "Replies written.", ["version", "status"], registry=self.registry)
        self._tokens = Counter("chatbot_tokens_out", "Tokens written.", ["version"], registry=self.registry)
        self._first_token = Histogram(
            "chatbot_first_token_seconds",
            "Time from a question's arrival to the first word of its reply.",
            buckets=FIRST_TOKEN_BUCKETS,
            registry=self.registry,
        )
        self._feedback = Gauge("chatbot_feedback", "Feedback that is stored.", ["kind"], registry=self.registry)
        Gauge("chatbot_swaps", "Changes of the version that answers.", registry=self.registry).set_function(swaps)

    def replied(self, trace: Trace, status: str) -> None:
        """Count a reply that has ended."""
        self._replies.labels(trace.version, "handoff" if trace.handoff else status).inc()
        self._tokens.labels(trace.version).inc(trace.completion_tokens)
        if trace.first_token_ms is not None:
            self._first_token.observe(trace.first_token_ms / 1000)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        for kind, count in self._feedback_counts().items():
            self._feedback.labels(kind).set(count)
        return generate_latest(self.registry)
