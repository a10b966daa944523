"""How faithfully the served file writes what the weights say: OpenVINO against transformers in float32.

    python -m benchmarks.fidelity [--version V] [--json]

The engine answers questions of the configured pack greedily; the reference reads each reply and tells for every
token whether it would have chosen the same one, and how much likelier its own choice was (nats). Compared are the
base model's file that is served and the merged file of a version. Takes about two minutes.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmarks.machine import describe_machine
from chatbot.commands import quieten
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.openvino import OpenVinoEngine
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.records import ChatMessage, Sampling
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE

if TYPE_CHECKING:
    from transformers import PreTrainedModel

QUESTIONS = 12
GREEDY = Sampling(max_new_tokens=40, repetition_penalty=1.0)


def agreement(base: BaseModel, pack: Pack, gguf: Path, reference: "PreTrainedModel") -> dict[str, float]:
    """Share of the engine's tokens that the reference would choose, and the reference's mean and worst regret."""
    import torch

    regrets: list[float] = []
    engine = OpenVinoEngine(gguf, base, gguf.stem)
    try:
        for case in pack.suites["facts"][:QUESTIONS]:
            asked: list[ChatMessage] = [
                {"role": "system", "content": pack.persona.system},
                {"role": "user", "content": case.messages[-1].content},
            ]
            prompt = base.encode(asked)
            reply = base.tokenizer("".join(engine.generate(asked, GREEDY)), add_special_tokens=False)["input_ids"]
            if not reply:
                continue
            with torch.inference_mode():
                logits = reference(torch.tensor([prompt + reply])).logits[0, len(prompt) - 1 : -1]
            likely = torch.log_softmax(logits, -1)
            chosen = likely.gather(1, torch.tensor(reply)[:, None])[:, 0]
            regrets += (likely.max(1).values - chosen).tolist()
    finally:
        engine.close()
    same = sum(regret == 0 for regret in regrets) / len(regrets)
    return {"same": round(same, 3), "mean": round(sum(regrets) / len(regrets), 3), "worst": round(max(regrets), 2)}


@click.command()
@click.option("--version", default="champion", help="The fine-tuned version whose merged file is compared too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def main(version: str, as_json: bool) -> None:
    """Compare what is served with the reference."""
    quieten()
    settings = load_settings()
    store = open_store(settings.database)
    base, pack = find_base_model(settings.base_model, settings.home), load_pack(settings.pack_folder)
    if base.gguf is None:
        raise click.ClickException("the base model is no GGUF file, so OpenVINO does not serve it")
    plain = base.load().eval()
    result: dict[str, Any] = {"base, as served": agreement(base, pack, base.gguf, plain)}
    name = store.versions.resolve(version)
    if name != BASE:
        from peft import PeftModel

        folder = store.versions.get(name).folder
        tuned = PeftModel.from_pretrained(plain, folder.adapter).merge_and_unload().eval()
        result[name] = agreement(base, pack, folder.merged, tuned)
    if as_json:
        click.echo(json.dumps({"machine": describe_machine(), **result}))
        return
    for what, shares in result.items():
        told = f"same token {shares['same']:.0%}, regret {shares['mean']} nats, at most {shares['worst']}"
        click.echo(f"{what:40} {told}")


if __name__ == "__main__":
    main()
