"""The wheel works outside the checkout: installed into an environment of its own, it answers a question."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from chatbot.web.vendored import FOLDER
from tests.conftest import SMALL_BASE

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("chatbot", "training", "data", "app.py", "pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs of an environment that holds the wheel; what it depends on is lent from the one that tests."""
    folder = tmp_path_factory.mktemp("wheel")
    (folder / "source").mkdir()
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / "source" / name)
    build = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(folder / "source"),
    ]
    subprocess.run(build, check=True, capture_output=True, text=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    python = folder / "env" / "bin" / "python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True, text=True)
    (site,) = (folder / "env" / "lib").glob("python*/site-packages")
    (site / "lent.pth").write_text(sysconfig.get_path("purelib"))
    shutil.rmtree(folder / "source")
    return folder / "env" / "bin"


def run(program: Path, *words: str, home: Path) -> str:
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("CHATBOT_", "PYTHON"))}
    settings = {"CHATBOT_HOME": str(home), "CHATBOT_BASE_MODEL": SMALL_BASE, "CHATBOT_PACK": "clinic"}
    environment = plain | settings
    done = subprocess.run([program, *words], cwd=home.parent, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_answers_a_question(installed: Path, real_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(real_home / "models")
    where = run(
        installed / "python", "-c", "import chatbot, training; print(chatbot.__file__, training.__file__)", home=home
    )
    assert str(ROOT) not in where
    question = "how long does a routine appointment with a doctor last?"
    reply = json.loads(run(installed / "chatbot", "ask", question, "--json", home=home))
    assert "12 minutes" in reply["reply"]


@pytest.mark.parametrize("program", ["chatbot", "chatbot-train", "chatbot-serve"])
def test_its_programs_say_what_they_do(program: str, installed: Path, tmp_path: Path) -> None:
    assert "Usage:" in run(installed / program, "--help", home=tmp_path / "home")


def test_it_lists_versions(installed: Path, tmp_path: Path) -> None:
    assert json.loads(run(installed / "chatbot-train", "versions", "--json", home=tmp_path / "home")) is not None


def test_it_carries_the_libraries_that_the_chat_page_runs(installed: Path, tmp_path: Path) -> None:
    listing = "from chatbot.web.vendored import FOLDER; print(*sorted(path.name for path in FOLDER.iterdir()))"
    here = sorted(path.name for path in FOLDER.iterdir())
    assert run(installed / "python", "-c", listing, home=tmp_path / "home").split() == here
