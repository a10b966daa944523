"""A reply whose tokens come from an engine's step thread and leave as text, for every engine that steps a batch."""

import queue
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from chatbot.engines.base import Usage
from chatbot.engines.stopping import until_stop
from chatbot.errors import EngineError
from chatbot.records import Sampling

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


class TokenGeneration:
    """A request in the batch: the step thread puts token ids into `arrived`, at last None or what went wrong.

    `handle` is the engine's own; `cancel` calls `leave` after marking the reply cancelled.
    """

    def __init__(
        self,
        prompt: list[int],
        sampling: Sampling,
        tokenizer: "PreTrainedTokenizerBase",
        leave: Callable[["TokenGeneration"], None],
    ) -> None:
        self.usage = Usage(len(prompt))
        self.prompt = prompt
        self.sampling = sampling
        self.arrived: queue.SimpleQueue[list[int] | EngineError | None] = queue.SimpleQueue()
        self.cancelled = False
        self.handle = ""
        self._tokenizer = tokenizer
        self._leave = leave

    def __iter__(self) -> Iterator[str]:
        """Yield text as soon as its last character is whole."""
        return until_stop(self._pieces(), self.sampling.stop, self._met_stop)

    def _pieces(self) -> Iterator[str]:
        ids: list[int] = []
        shown = 0
        while (arrival := self.arrived.get()) is not None:
            if isinstance(arrival, EngineError):
                raise arrival
            ids += arrival
            self.usage.completion_tokens = len(ids)
            text = self._decode(ids)
            if len(text) > shown and not text.endswith("\ufffd"):
                yield text[shown:]
                shown = len(text)
        if self.usage.finish == "running":
            full = len(ids) >= self.sampling.max_new_tokens
            self.usage.finish = "cancelled" if self.cancelled else "length" if full else "stop"
        rest = self._decode(ids)[shown:]
        if rest:
            yield rest

    def _decode(self, ids: list[int]) -> str:
        text: str = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return text

    def cancel(self) -> None:
        """Leave the batch at the next step."""
        self.cancelled = True
        self._leave(self)

    def _met_stop(self) -> None:
        self.usage.finish = "stop"
        self.cancel()
