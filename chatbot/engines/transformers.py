"""The reference engine: transformers' continuous batching on CPU, CUDA or MPS, an adapter applied by PEFT, unmerged.

It computes what training computed, in the same library; it is here for correctness and for machines with a GPU.
"""

import itertools
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.token_generation import TokenGeneration
from chatbot.engines.wanted import Wanted
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Sampling

if TYPE_CHECKING:
    from transformers import ContinuousBatchingConfig, PreTrainedModel

CACHE_BYTES = 2**30
PAGE_TOKENS = 32
MOST_BATCH_TOKENS = 1024
GPU_SHARE = 0.25  # of the memory that is free: the next version is loaded beside this one, and a fine-tune may run


def load(wanted: Wanted) -> "TransformersEngine":
    """The base on the device of the settings, with a version's adapter on top."""
    import_libraries()
    adapter = wanted.folder.adapter if wanted.folder else None
    return TransformersEngine(wanted.base, wanted.version, best_device(wanted.settings.device), adapter)


class TransformersEngine:
    """A base model served to many at once, with an adapter on top of it if one is given."""

    state, available, structured = "", True, False

    def __init__(self, base: BaseModel, version: str, device: str = "cpu", adapter: Path | None = None) -> None:
        from transformers import GenerationConfig

        from chatbot.engines.draws import each_by_its_own_draw

        self.version = version
        self._tokenizer = base.tokenizer
        model = base.load(dtype="float32" if device == "cpu" else "bfloat16")
        if adapter is not None:
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, adapter).get_base_model()
        self._device = device
        self._manager = (
            model.to(device)
            .eval()
            .init_continuous_batching(
                GenerationConfig(eos_token_id=self._tokenizer.eos_token_id, do_sample=False), _batching(model)
            )
        )
        self._manager.logit_processor = each_by_its_own_draw()
        self._numbers = itertools.count()
        self._joined: dict[str, TokenGeneration] = {}
        self._lock = threading.Lock()
        self._closing = False
        logging.getLogger("ContinuousBatchingLogger").setLevel(logging.ERROR)
        self._manager.start()
        self._thread = threading.Thread(target=self._deliver, name=f"transformers-{version}", daemon=True)
        self._thread.start()

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> TokenGeneration:
        """Queue a reply; it joins the batch at the next step."""
        from chatbot.engines.draws import Draw

        generation = TokenGeneration(encode_chat(self._tokenizer, messages), sampling, self._tokenizer, self._leave)
        generation.handle = str(next(self._numbers))
        with self._lock:
            if self._closing:
                raise EngineError(f"{self.version} is being unloaded: try again")
            self._joined[generation.handle] = generation
        self._manager.add_request(
            generation.prompt,
            request_id=generation.handle,
            max_new_tokens=sampling.max_new_tokens,
            streaming=True,
            draw=Draw(sampling, self._device),
        )
        return generation

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        return len(encode_chat(self._tokenizer, messages))

    def close(self) -> None:
        """End every reply and free the model."""
        with self._lock:
            self._closing = True
            joined, self._joined = self._joined, {}
        for generation in joined.values():
            generation.cancelled = True
            generation.arrived.put(None)
        self._manager.stop(hard_stop=True)
        self._thread.join()
        self._manager.model = None

    def _leave(self, generation: TokenGeneration) -> None:
        with self._lock:
            joined = self._joined.pop(generation.handle, None)
        if joined:
            self._manager.cancel_request(generation.handle)
            generation.arrived.put(None)

    def _deliver(self) -> None:
        """Hand each reply its new tokens, until the batch's thread has ended."""
        handed: dict[str, int] = {}
        for output in self._manager:
            with self._lock:
                generation = self._joined.get(output.request_id)
                if generation and output.is_finished():
                    del self._joined[output.request_id]
            if generation is None:
                handed.pop(output.request_id, None)
                continue
            if output.error:
                generation.arrived.put(EngineError(f"the engine failed: {output.error}"))
                continue
            ids = output.generated_tokens[handed.get(output.request_id, 0) :]
            handed[output.request_id] = len(output.generated_tokens)
            generation.arrived.put(ids)
            if output.is_finished():
                del handed[output.request_id]
                generation.arrived.put(None)
        with self._lock:
            self._closing = True
            left, self._joined = self._joined, {}
        for generation in left.values():
            generation.arrived.put(EngineError("the engine failed: its batch ended"))


def _batching(model: "PreTrainedModel") -> "ContinuousBatchingConfig":
    """A cache of fixed size, on a GPU a share of what is free; nothing is captured, as draws are made in Python."""
    from transformers import ContinuousBatchingConfig

    fixed: dict[str, float] = {"max_memory_percent": GPU_SHARE}
    if model.device.type != "cuda":
        config = model.config
        heads = getattr(config, "num_key_value_heads", config.num_attention_heads)
        size = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
        token_bytes = 2 * config.num_hidden_layers * heads * size * model.dtype.itemsize
        fixed = {"num_blocks": CACHE_BYTES // (PAGE_TOKENS * token_bytes), "max_batch_tokens": MOST_BATCH_TOKENS}
    return ContinuousBatchingConfig(
        page_size=PAGE_TOKENS, use_cuda_graph=False, use_async_batching=False, auto_switch_to_flash=False, **fixed
    )


def best_device(setting: str) -> str:
    """The device that a setting asks for; `auto` takes cuda, then mps, then cpu. Raises `EngineError`."""
    import torch

    available = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if setting == "auto":
        return next(name for name in ("cuda", "mps", "cpu") if available[name])
    if not available[setting]:
        raise EngineError(f"device {setting!r} is not available to torch here: set `device` to 'cpu' or 'auto'")
    return setting
