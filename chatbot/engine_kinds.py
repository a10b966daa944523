"""The engines that can be set, and what each of them is; nothing of them is imported here.

An engine is a module with a function `load` and its entry in `ENGINES`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class EngineKind:
    """An engine by its module, which is imported when it is loaded.

    One that is `local` runs the base model's weights on this machine, and one that is `in_process` computes in this
    process. A `weightless` one has no base model and reads nothing of a version; it goes with an embedder that needs
    no weights either. `architectures` are those that it reads from GGUF files, where it does not read all.
    """

    module: str
    about: str
    local: bool = True
    in_process: bool = False
    weightless: bool = False
    architectures: tuple[str, ...] | None = None


ENGINES = {
    "openvino": EngineKind(
        "chatbot.engines.openvino",
        "OpenVINO GenAI's continuous batching on a CPU, of a base that is a GGUF file; a version's adapter is merged.",
        architectures=("llama", "qwen2", "qwen3"),
    ),
    "transformers": EngineKind(
        "chatbot.engines.transformers",
        "transformers' continuous batching on a CPU or GPU, of any base; a version's adapter is applied unmerged.",
        in_process=True,
    ),
    "remote": EngineKind(
        "chatbot.engines.remote",
        "OpenAI-compatible servers that hold the base; vLLM servers load a version's adapter.",
        local=False,
    ),
    "scripted": EngineKind(
        "chatbot.engines.scripted",
        "No model: repeats the best passage, for tests and for trying the pages.",
        local=False,
        in_process=True,
        weightless=True,
    ),
}
