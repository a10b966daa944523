"""The reference engine: transformers on CPU, CUDA or MPS, an adapter merged in memory where there is one.

One reply at a time, in the order of asking; it is here for correctness and for machines with a GPU.
"""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatbot.engines.base import Usage
from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.errors import EngineError
from chatbot.records import ChatMessage, Sampling

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class TransformersGeneration:
    """A reply that a worker thread writes while its iterator is read."""

    def __init__(self, engine: "TransformersEngine", prompt: list[int], sampling: Sampling) -> None:
        self.usage = Usage(len(prompt))
        self._engine = engine
        self._prompt = prompt
        self._sampling = sampling
        self._cancelled = threading.Event()

    def __iter__(self) -> Iterator[str]:
        """Yield text in whole words as it comes."""
        from transformers import TextIteratorStreamer

        streamer = TextIteratorStreamer(self._engine.base.tokenizer, skip_prompt=True, skip_special_tokens=True)
        failure: list[Exception] = []

        def write() -> None:
            try:
                self._engine.run(self._prompt, self._sampling, streamer, self._stop)
            except Exception as error:
                failure.append(error)
                streamer.end()

        worker = threading.Thread(target=write, daemon=True)
        worker.start()
        try:
            yield from (piece for piece in streamer if piece)
        finally:
            self._cancelled.set()
            worker.join()
        if failure:
            raise EngineError(f"the engine failed: {failure[0]}") from failure[0]

    def _stop(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        self.usage.completion_tokens = input_ids.shape[1] - len(self._prompt)
        return torch.full((input_ids.shape[0],), self._cancelled.is_set(), device=input_ids.device)

    def cancel(self) -> None:
        """Stop before the next token."""
        self._cancelled.set()


class TransformersEngine:
    """A base model, with an adapter merged into it in memory if given."""

    def __init__(self, base: BaseModel, version: str, device: str = "cpu", adapter: Path | None = None) -> None:
        self.version = version
        self.base = base
        self._lock = threading.Lock()
        self._device = device
        model = base.load(dtype="float32" if device == "cpu" else "bfloat16")
        if adapter is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
        self._model: PreTrainedModel | None = model.to(device).eval()

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> TransformersGeneration:
        """Begin a reply; the work starts when it is iterated."""
        return TransformersGeneration(self, encode_chat(self.base.tokenizer, messages), sampling)

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        return len(encode_chat(self.base.tokenizer, messages))

    def run(self, prompt: list[int], sampling: Sampling, streamer: Any, stop: Any) -> None:
        """Write one reply into the streamer; blocks until it is done."""
        import torch
        from transformers import GenerationConfig

        config = GenerationConfig(
            max_new_tokens=sampling.max_new_tokens,
            do_sample=sampling.temperature > 0,
            repetition_penalty=sampling.repetition_penalty,
            eos_token_id=self.base.tokenizer.eos_token_id,
            pad_token_id=self.base.tokenizer.eos_token_id,
            **({"temperature": sampling.temperature, "top_p": sampling.top_p} if sampling.temperature > 0 else {}),
        )
        with self._lock:
            if self._model is None:
                raise EngineError(f"{self.version} is unloaded: try again")
            torch.manual_seed(sampling.seed)
            ids = torch.tensor([prompt], device=self._device)
            with torch.inference_mode():
                self._model.generate(
                    ids,
                    attention_mask=torch.ones_like(ids),
                    generation_config=config,
                    streamer=streamer,
                    stopping_criteria=[stop],
                )

    def close(self) -> None:
        """Free the model once the reply under way is done."""
        with self._lock:
            self._model = None


def best_device(setting: str) -> str:
    """The device that a setting asks for; `auto` takes cuda, then mps, then cpu. Raises `EngineError`."""
    import torch

    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if setting == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available[setting]:
        raise EngineError(f"device {setting!r} is not available to torch here: set `device` to 'cpu' or 'auto'")
    return setting
