"""A router that was taught a pack's rules: on the real embedder, with a handful of messages."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from chatbot.knowledge.packs import Pack, Rule, load_pack
from chatbot.knowledge.retrieval.embeddings import DEFAULT, SentenceEmbedder, embedder_folder
from chatbot.knowledge.rules.router import ORDINARY, Router, labelled_messages
from tests.packs import write_pack
from training.finetuning.embedders.router import finetune_router
from training.finetuning.recipe import load_recipe

DARK = ["it is dark in here", "i sit in the dark", "no light at all", "the light went out", "pitch black in my flat"]
SHOCK = [
    "the lamp gave me a shock",
    "i got a shock from the plug",
    "it sparks and stings",
    "current went through my arm",
]
UNLIKE = ["the price was a shock", "i was shocked by your service", "what a shock, it came a day early"]


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    rule = Rule(name="shock", action="handoff", message="Ring 999.", examples=[*SHOCK, "electric shock"], unlike=UNLIKE)
    return replace(load_pack(write_pack(tmp_path_factory.mktemp("pack") / "lamps")), rules=[rule])


@pytest.fixture(scope="module")
def taught(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> SentenceEmbedder:
    out = tmp_path_factory.mktemp("taught") / "router"
    recipe = load_recipe("sft", ("router_epochs=8", "retriever_learning_rate=3e-4"))
    heard: list[float] = []
    finetune_router(embedder_folder(DEFAULT), labelled_messages(pack)[-80:], recipe, out, heard.append)
    assert heard == sorted(heard) and heard[-1] == 1.0
    return SentenceEmbedder(str(out))


def test_messages_under_different_rules_lie_apart(pack: Pack, taught: SentenceEmbedder) -> None:
    plain = SentenceEmbedder(DEFAULT)
    messages = labelled_messages(pack)[-80:]
    ordinary = np.array([rule == ORDINARY for _, rule in messages])

    def margin(embedder: SentenceEmbedder) -> float:
        """How much nearer to one another messages under the rule are than to ordinary ones."""
        vectors = embedder.encode([message for message, _ in messages])
        near = vectors[~ordinary] @ vectors.T
        return float(near[:, ~ordinary].mean() - near[:, ordinary].mean())

    assert margin(taught) > margin(plain) + 0.1


def test_what_serves_follows_the_taught_rules_and_those_written_later(pack: Pack, taught: SentenceEmbedder) -> None:
    router = Router(taught, pack, taught=True)
    for message, urgent in (("help, an electric shock from your lamp", True), ("how long may a lamp go back", False)):
        route = router.route(message)
        assert route.rule and route.holds == urgent
    later = Rule(name="dark", action="refuse", message="Open the curtains.", examples=DARK)
    route = Router(taught, replace(pack, rules=[*pack.rules, later]), taught=True).route("there is no light in my flat")
    assert route.rule and route.rule.name == "dark" and route.holds


def test_the_same_messages_give_the_same_router(pack: Pack, tmp_path: Path) -> None:
    recipe = load_recipe("sft", ("router_epochs=1",))
    made = []
    for name in ("a", "b"):
        finetune_router(embedder_folder(DEFAULT), labelled_messages(pack)[:24], recipe, tmp_path / name)
        made.append(SentenceEmbedder(str(tmp_path / name)).encode(SHOCK))
    first, second = made
    assert np.allclose(first, second, atol=1e-5)
