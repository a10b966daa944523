"""The documents say what the code does, and every command of the README exists."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import click
import pytest

import app
import chatbot.__main__
import training.__main__

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("page", "maker"), [("cli.md", "cli_page"), ("config.md", "config_page")])
def test_generated_pages_are_current(generate: ModuleType, page: str, maker: str) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == getattr(generate, maker)(), "run `make docs`"


def commands_in(text: str) -> list[str]:
    code = [
        *re.findall(r"^```(?:bash|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL),
        *re.findall(r"`([^`\n]+)`", text),
    ]
    return re.findall(r"(?:python -m (?:chatbot|training)|python app\.py|\bmake) ?[^\n|;#)]*", "\n".join(code))


def known(line: str) -> bool:
    words = line.split()
    if words[0] == "make":
        targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return len(words) == 1 or words[1] in targets or not words[1].isalpha()
    command: click.Command = app.serve
    rest = words[2:]
    if words[1] == "-m":
        command = {"chatbot": chatbot.__main__.commands, "training": training.__main__.commands}[words[2]]
        rest = words[3:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        if rest[0] not in command.commands:
            return False
        command, rest = command.commands[rest[0]], rest[1:]
    options = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return all(word.split("=")[0] in options for word in rest if word.startswith("--"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_in_the_texts_exists(page: Path) -> None:
    unknown = [line for line in commands_in(page.read_text(encoding="utf-8")) if not known(line)]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert missing == []
