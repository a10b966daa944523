"""What is counted while the product runs, in Prometheus' terms; every reply passes here once.

Replies, tokens and times are counted since the process began; the queue, swaps and feedback are read when asked for.
"""

from collections.abc import Callable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from chatbot.dialogue.admission import Admission
from chatbot.engines.live import LiveEngine
from chatbot.knowledge.knowledge import Knowledge
from chatbot.records import ReplyStatus, Trace

SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 30)
TOKENS_PER_SECOND = (1, 2, 5, 10, 20, 40, 60, 80, 100, 150, 200, 400)


class Metrics:
    """The counters of one installation."""

    def __init__(
        self, live: LiveEngine[Knowledge], admission: Admission, feedback: Callable[[], Mapping[tuple[str, str], int]]
    ) -> None:
        """`feedback` counts what is stored by version and kind."""
        self.registry = CollectorRegistry()
        self._feedback_counts = feedback
        self._replies = self._counter("replies", "Replies written.", "version", "status")
        self._read = self._counter("tokens_in", "Tokens read.", "version")
        self._written = self._counter("tokens_out", "Tokens written.", "version")
        self._queued = self._histogram("queue_seconds", "Time a question waited for a place.")
        self._prepared = self._histogram("retrieval_seconds", "Time for rules, retrieval and prompt.")
        self._first_token = self._histogram(
            "first_token_seconds", "Time from taking up a question to the first word of its reply."
        )
        self._speed = self._histogram(
            "tokens_per_second", "Speed of the replies that a model wrote.", TOKENS_PER_SECOND
        )
        self._feedback = Gauge(
            "chatbot_feedback", "Feedback that is stored.", ["version", "kind"], registry=self.registry
        )
        self._read_when_asked("swaps", "Changes of the version that answers.", lambda: live.swaps)
        self._read_when_asked("versions_loaded", "Versions in memory.", lambda: len(live.loaded))
        self._read_when_asked("running", "Replies being written.", lambda: admission.running)
        self._read_when_asked("waiting", "Questions waiting for a place.", lambda: admission.waiting)
        ProcessCollector(namespace="chatbot", registry=self.registry)

    def replied(self, trace: Trace, status: ReplyStatus) -> None:
        """Count a reply that has ended."""
        self._replies.labels(trace.version, "handoff" if trace.handoff else status).inc()
        self._read.labels(trace.version).inc(trace.prompt_tokens)
        self._written.labels(trace.version).inc(trace.completion_tokens)
        self._queued.labels(trace.version).observe(trace.queued_ms / 1000)
        self._prepared.labels(trace.version).observe(trace.prepared_ms / 1000)
        if trace.first_token_ms is not None:
            self._first_token.labels(trace.version).observe(trace.first_token_ms / 1000)
        if trace.tokens_per_second is not None:
            self._speed.labels(trace.version).observe(trace.tokens_per_second)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        for (version, kind), count in self._feedback_counts().items():
            self._feedback.labels(version, kind).set(count)
        return generate_latest(self.registry)

    def _counter(self, name: str, told: str, *labels: str) -> Counter:
        return Counter(f"chatbot_{name}", told, labels, registry=self.registry)

    def _histogram(self, name: str, told: str, buckets: Sequence[float] = SECONDS) -> Histogram:
        return Histogram(f"chatbot_{name}", told, ["version"], buckets=buckets, registry=self.registry)

    def _read_when_asked(self, name: str, told: str, value: Callable[[], int]) -> None:
        Gauge(f"chatbot_{name}", told, registry=self.registry).set_function(value)
