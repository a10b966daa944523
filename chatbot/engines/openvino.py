"""The default engine on CPUs: a GGUF file under OpenVINO GenAI's continuous batching.

One thread steps the pipeline; requests join and leave between steps, and a cancelled one frees its place at the next.
Prompts go in and replies come out as token ids of the base model's own tokenizer, so that serving reads exactly what
training wrote. Prefix caching is on.
"""

import itertools
import logging
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.engines.base_model import BaseModel, encode_chat
from chatbot.engines.token_generation import TokenGeneration
from chatbot.errors import EngineError
from chatbot.libraries import import_libraries
from chatbot.records import ChatMessage, Sampling

logger = logging.getLogger(__name__)

CACHE_GIGABYTES = 1
# A processor that multiplies in bfloat16 would do so by itself: no faster reply by reply (docs/serving.md), and other
# words than elsewhere.
PRECISION = {"INFERENCE_PRECISION_HINT": "f32"}
MOST_SEQUENCES = 64


class OpenVinoEngine:
    """A GGUF file served on the CPU to many people at once."""

    state, available, structured = "", True, True

    def __init__(self, gguf: Path, base: BaseModel, version: str) -> None:
        import openvino_genai

        self.version = version
        self._genai = openvino_genai
        self._gguf = gguf
        self._pipeline = self._open()
        import_libraries()  # after the pipeline, which reads its file on the other core meanwhile
        self._tokenizer = base.tokenizer
        self._numbers = itertools.count()
        self._waiting: list[TokenGeneration] = []
        self._joined: list[TokenGeneration] = []
        self._changed = threading.Condition()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name=f"openvino-{version}", daemon=True)
        self._thread.start()

    def _open(self) -> Any:
        scheduler = self._genai.SchedulerConfig()
        scheduler.enable_prefix_caching = True
        scheduler.cache_size = CACHE_GIGABYTES
        scheduler.max_num_seqs = MOST_SEQUENCES
        try:
            return self._genai.ContinuousBatchingPipeline(str(self._gguf), scheduler, "CPU", PRECISION)
        except RuntimeError as error:
            reason = str(error).splitlines()[-1]
            raise EngineError(f"{self._gguf.name} cannot be loaded by OpenVINO: {reason}") from error

    def generate(self, messages: Sequence[ChatMessage], sampling: Sampling) -> TokenGeneration:
        """Queue a reply; it joins the batch at the next step."""
        generation = TokenGeneration(encode_chat(self._tokenizer, messages), sampling, self._tokenizer, self._wake)
        with self._changed:
            if self._closing:
                raise EngineError(f"{self.version} is being unloaded: try again")
            self._waiting.append(generation)
            self._changed.notify()
        return generation

    def count_tokens(self, messages: Sequence[ChatMessage]) -> int:
        """The length of the rendered prompt, in tokens."""
        return len(encode_chat(self._tokenizer, messages))

    def close(self) -> None:
        """End every reply and free the model."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._pipeline = None

    def _wake(self, generation: TokenGeneration) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._waiting or self._joined or self._closing):
                    self._changed.wait()
                joining, self._waiting = self._waiting, []
            try:
                self._step(joining)
            except Exception as error:
                logger.exception("the engine failed at a step")
                self._fail([*joining, *self._joined], EngineError(f"the engine failed: {error}"))
                self._pipeline = None  # one that failed fails at every further step
            if self._closing and not self._joined:
                return

    def _step(self, joining: list[TokenGeneration]) -> None:
        self._pipeline = self._pipeline or self._open()
        for generation in joining:
            if generation.cancelled or self._closing:
                generation.arrived.put(None)
            else:
                ids = self._genai_tensor(generation.prompt)
                config = self._config(generation.sampling)
                generation.handle = self._pipeline.add_request(next(self._numbers), ids, config)
                self._joined.append(generation)
        for generation in [g for g in self._joined if g.cancelled or self._closing]:
            generation.handle.cancel()
            self._leave(generation)
        if self._pipeline.has_non_finished_requests():
            self._pipeline.step()
        for generation in list(self._joined):
            handle = generation.handle
            if handle.can_read():
                for output in handle.read().values():
                    generation.arrived.put(list(output.generated_ids))
            if handle.get_status() != self._genai.GenerationStatus.RUNNING:
                self._leave(generation)

    def _leave(self, generation: TokenGeneration) -> None:
        self._joined.remove(generation)
        generation.arrived.put(None)

    def _fail(self, generations: list[TokenGeneration], error: EngineError) -> None:
        self._joined = []
        for generation in generations:
            if generation.handle is not None:
                generation.handle.cancel()
            generation.arrived.put(error)

    def _genai_tensor(self, ids: list[int]) -> Any:
        import openvino

        return openvino.Tensor(np.array([ids], dtype=np.int64))

    def _config(self, sampling: Sampling) -> Any:
        config = self._genai.GenerationConfig()
        config.apply_chat_template = False
        config.max_new_tokens = sampling.max_new_tokens
        config.repetition_penalty = sampling.repetition_penalty
        config.stop_token_ids = {self._tokenizer.eos_token_id}
        config.eos_token_id = self._tokenizer.eos_token_id
        config.do_sample = sampling.temperature > 0
        if config.do_sample:
            config.temperature = sampling.temperature
            config.top_p = sampling.top_p
            config.rng_seed = sampling.seed
        if sampling.schema:
            config.structured_output_config = self._genai.StructuredOutputConfig(json_schema=sampling.schema)
        return config
