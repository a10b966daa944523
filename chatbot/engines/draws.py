"""Each reply of a transformers batch drawn by its own settings: repetition penalty, temperature, top-p, seed.

transformers' continuous batching draws all of them alike, and knows neither penalty nor seed.
"""

from collections.abc import Mapping
from typing import ClassVar, Protocol

import torch
from transformers import (
    LogitsProcessorList,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopPLogitsWarper,
)
from transformers.generation.continuous_batching.cb_logits_processors import (
    ContinuousBatchingLogitsProcessor,
    ContinuousBatchingLogitsProcessorList,
)

from chatbot.records import Sampling


class Draw:
    """One reply's settings and its own source of chance."""

    def __init__(self, sampling: Sampling, device: str) -> None:
        self._penalty = RepetitionPenaltyLogitsProcessor(sampling.repetition_penalty)
        self._warpers = LogitsProcessorList()
        if not sampling.greedy:
            self._warpers += [TemperatureLogitsWarper(sampling.temperature), TopPLogitsWarper(sampling.top_p)]
        self._chance = torch.Generator(device).manual_seed(sampling.seed)

    def next_token(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """The next token id, shape (1, 1), after `ids` of shape (1, length), from `scores` of shape (1, vocabulary)."""
        scores = self._penalty(ids, scores)
        if not self._warpers:
            return scores.argmax(-1, keepdim=True)
        return torch.multinomial(self._warpers(ids, scores).softmax(-1), 1, generator=self._chance)


class State(Protocol):
    """A reply as transformers' batch keeps it."""

    initial_tokens: list[int]
    generated_tokens: list[int]
    logit_processor_kwargs: Mapping[str, Draw]


class Request(Protocol):
    """A reply whose next token is due."""

    state: State


class Sampler(ContinuousBatchingLogitsProcessor):  # type: ignore[misc]
    """Leaves each reply of a batch the one token that its `Draw` chose."""

    supported_kwargs: ClassVar[dict[str, type]] = {"draw": Draw}
    ignored_kwargs: ClassVar[tuple[str, ...]] = ()

    def fill_defaults(self, int32_tensor: torch.Tensor) -> None:
        """Nothing is kept in tensors."""
        int32_tensor.zero_()

    def prepare_tensor_args(self, requests_with_new_token: list[Request]) -> torch.Tensor:
        """Note whose scores come next, in their order."""
        self._states = [request.state for request in requests_with_new_token]
        return torch.zeros(len(self._states), dtype=torch.int32)

    def __call__(self, scores: torch.Tensor, tensor_arg: torch.Tensor) -> torch.Tensor:
        """Scores of shape (replies, vocabulary) with 0 at the chosen tokens and minus infinity elsewhere."""
        chosen = torch.full_like(scores, -torch.inf)
        for row, state in enumerate(self._states):
            ids = torch.tensor([state.initial_tokens + state.generated_tokens], device=scores.device)
            token = state.logit_processor_kwargs["draw"].next_token(ids, scores[row : row + 1])
            chosen[row, token[0, 0]] = 0.0
        return chosen


def each_by_its_own_draw() -> ContinuousBatchingLogitsProcessorList:
    """What a continuous batching manager takes as its `logit_processor`."""
    processors = ContinuousBatchingLogitsProcessorList(LogitsProcessorList())
    processors.logits_processor = LogitsProcessorList([Sampler()])
    processors.tensors_required, processors.do_processing = 1, True
    processors.supported_keys = Sampler.supported_kwargs
    return processors
