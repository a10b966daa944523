"""The workbench: what curation, training, evaluation and release work with, loaded once for a command."""

from dataclasses import dataclass

from chatbot.dialogue.opening import open_embedder, version_knowledge
from chatbot.engines.base_model import BaseModel, find_base_model
from chatbot.engines.transformers import best_device
from chatbot.knowledge.knowledge import Knowledge
from chatbot.knowledge.packs import Pack, load_pack
from chatbot.knowledge.retrieval.embeddings import Embedder
from chatbot.settings import Settings
from chatbot.store import Store
from training.finetuning.loop.processes import ALONE, Processes


@dataclass(frozen=True)
class Workbench:
    """The installation, its pack and the base model, and where models compute."""

    settings: Settings
    store: Store
    pack: Pack
    embedder: Embedder
    base: BaseModel
    device: str
    processes: Processes = ALONE

    @property
    def articles(self) -> list[str]:
        """The pack's articles in pieces, each under its title and section."""
        return [piece.headed for piece in self.pack.pieces]

    def knowledge(self, version: str) -> Knowledge:
        """What a version looks things up with."""
        return version_knowledge(self.settings, self.pack, self.store, version)


def open_workbench(settings: Settings, store: Store, processes: Processes = ALONE) -> Workbench:
    """Load the pack, the embedder and the base model that the settings name."""
    pack = load_pack(settings.pack_folder)
    base = find_base_model(settings.base_model, settings.home.resolve())
    embedder = open_embedder(settings)
    return Workbench(settings, store, pack, embedder, base, device_for(settings, processes), processes)


def device_for(settings: Settings, processes: Processes) -> str:
    """The device that a launcher gave to this process, or the best one that the settings allow."""
    return processes.device or best_device(settings.device)
