"""A home to be killed in: the lamp shop's pack, two versions, somebody of the staff; what was promised of it."""

import os
import shutil
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.crashes.ledger import Ledger
from benchmarks.crashes.processes import Job, program
from benchmarks.running_product import OPEN_RATES
from chatbot.store import open_store
from chatbot.web.access import STAFF_COOKIE, Access
from chatbot.weights import file_digest
from tests.packs import write_pack
from training.release.compatibility import WEIGHTS

OPERATOR = "Olga"
PASSWORD = "correct horse battery"
BASE = "smollm2-135m-instruct"
PACK = "lamps"


@dataclass(frozen=True)
class House:
    """A home with all that clients need to be acknowledged something; its folder holds what programs say as well."""

    folder: Path
    base: str
    versions: tuple[str, ...] = ()
    cookie: str = ""
    key: str = ""
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def home(self) -> Path:
        """The installation's home."""
        return self.folder / "home"

    @property
    def database(self) -> Path:
        """Its database."""
        return self.home / "chatbot.db"

    @property
    def staff(self) -> dict[str, str]:
        """The headers of the operator's browser."""
        return {"Cookie": f"{STAFF_COOKIE}={self.cookie}"}

    @property
    def environment(self) -> dict[str, str]:
        """What programs on this home are told."""
        return OPEN_RATES | {
            "CHATBOT_HOME": str(self.home),
            "CHATBOT_PACK": str(self.folder / PACK),
            "CHATBOT_ENGINE": "scripted",
            "CHATBOT_BASE_MODEL": self.base,
            "CHATBOT_RECIPE": "sft",
            "CHATBOT_MIN_SCORE": "0.1",
            "CHATBOT_AUTO_TRAIN": "false",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "GRADIO_ANALYTICS_ENABLED": "False",
        }

    def job(self, name: str, *argv: str) -> Job:
        """A command on this home."""
        return Job(partial(program, name, *argv), self.folder, self.environment)


def build(folder: Path, base: str = BASE, adapter: Path | None = None) -> House:
    """A new house in a folder that is made; its versions have this adapter, or bytes in the place of one."""
    bare = empty(folder, base)
    os.umask(0o077)
    with closing(open_store(bare.database)) as store:
        person = store.people.add_staff(OPERATOR, "operator", PASSWORD)
        key = store.keys.add("desk", "agent")
        cookie = Access(store, bare.home / "cookie.key").staff_token(person)
        names = []
        for _ in range(2):
            made = bare.folder / "adapter"
            if adapter:
                shutil.copytree(adapter, made)
            else:
                made.mkdir()
                (made / WEIGHTS).write_bytes(os.urandom(2**16))
            version = store.versions.add_version(PACK, base, file_digest(made / WEIGHTS), None, None)
            version.folder.path.mkdir(parents=True)
            made.rename(version.folder.adapter)
            names.append(version.name)
        store.versions.point("champion", names[0], "system")
    return House(bare.folder, base, tuple(names), cookie, key)


def empty(folder: Path, base: str = BASE) -> House:
    """A house with the pack and nothing in its home."""
    folder.mkdir(parents=True)
    write_pack(folder.resolve() / PACK)
    return House(folder.resolve(), base)
