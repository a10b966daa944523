"""A reply while it runs: the updates that the pages, the API and the command line all follow, until they stop it."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from chatbot.dialogue.reply import Writing
from chatbot.records import Trace


@dataclass(frozen=True)
class Update:
    """A reply so far; `text` is all of it, not the latest piece, and its first `settled` characters are final."""

    conversation: str
    message: str
    text: str
    done: bool
    trace: Trace
    settled: int = 0


class Stopper:
    """Ends a reply where it is, from any thread: now, or as soon as it is being written."""

    def __init__(self) -> None:
        self._writing: Writing | None = None
        self._stopped = False
        self.begun = False

    def begin(self, writing: Writing) -> None:
        """Tell what is to be stopped."""
        self._writing, self.begun = writing, True
        if self._stopped:
            writing.stop()

    def end(self) -> None:
        """Let go of what is written: there is nothing to stop any more."""
        self._writing = None

    def stop(self) -> None:
        """Stop; what is on view stays."""
        self._stopped = True
        writing = self._writing
        if writing is not None:
            writing.stop()


class RunningReply:
    """A reply on its way in a `conversation`: iterate it once for its updates, which takes it to its end."""

    def __init__(self, updates: Generator[Update, None, None], stopper: Stopper, conversation: str) -> None:
        self.conversation = conversation
        self._updates = updates
        self._stopper = stopper

    def __iter__(self) -> Iterator[Update]:
        return self

    def __next__(self) -> Update:
        return next(self._updates)

    @property
    def begun(self) -> bool:
        """Whether it is stored and being written, so that stopping keeps what there is."""
        return self._stopper.begun

    def stop(self) -> None:
        """End it where it is, from any thread; one that is finished stays as it is."""
        self._stopper.stop()

    def close(self) -> None:
        """Stop for a reader who leaves: nothing more is told, and its place is free."""
        self._stopper.stop()
        self._updates.close()
