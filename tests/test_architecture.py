"""The shape of the code: which room may import which, how long things are, and what they are called."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 300
LONGEST_FUNCTION = 60
SQL = re.compile(r"\b(select\b.+?\bfrom|insert into|update \w+ set|delete from|create table|pragma)\s", re.DOTALL)
SQL_HOME = "chatbot.store.sqlite"
FORBIDDEN_NAMES = {"utils", "helpers", "common", "core", "manager"}

CHATBOT = {
    "records rates address_settings settings_faults lineage version_folder snapshot_folder settings engine_kinds": 0,
    "errors privacy weights bases libraries commands pack_folders kept_settings setting_sources": 0,
    "owner_only server_lock listening acting chosen_settings broker page_settings": 0,
    "store": 1,
    "engines knowledge people_commands base_commands erasure changing_settings": 2,
    "dialogue desk receiving forget_command backup_commands audit_commands canned_commands": 3,
    "article_commands setting_commands": 3,
    "web figures_commands case_commands vector_commands": 4,
    "__main__": 5,
}
TRAINING = {
    "rows runs origins": 0,
    "curation finetuning": 1,
    "workbench": 2,
    "evaluation": 3,
    "release": 4,
    "cycle search": 5,
    "folds": 6,
    "commands console": 7,
    "__main__": 8,
}
FLOORS = {
    f"{package}.{room}": floor
    for package, house in (("chatbot", CHATBOT), ("training", TRAINING))
    for rooms, floor in house.items()
    for room in rooms.split()
}
"""Modules that no test imports yet; a test takes its module out of here."""


@dataclass(frozen=True)
class Module:
    """A source file with its dotted name."""

    name: str
    path: Path

    @property
    def tree(self) -> ast.Module:
        return parse(self.path)

    @property
    def room(self) -> str:
        """The package and the first part below it."""
        return ".".join(self.name.split(".")[:2])


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def module_of(path: Path) -> Module:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return Module(".".join(part for part in parts if part != "__init__"), path)


SOURCES = sorted([*ROOT.glob("chatbot/**/*.py"), *ROOT.glob("training/**/*.py"), ROOT / "app.py"])
MODULES = {module.name: module for module in map(module_of, SOURCES)}
every_module = pytest.mark.parametrize("module", MODULES.values(), ids=MODULES.keys())


def imports(module: Module) -> Iterator[str]:
    """The modules of this project that a module imports, wherever in it the statement stands."""
    for node in ast.walk(module.tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.name}:{node.lineno}: write the import out in full"
            names = [
                name if (name := f"{node.module}.{alias.name}") in MODULES else str(node.module) for alias in node.names
            ]
        yield from (name for name in names if name.split(".")[0] in {"chatbot", "training", "app"})


def imported_by_tests() -> set[str]:
    """Every name that some test imports, with the modules that it stands in."""
    found = set()
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def allowed(here: str, there: str) -> bool:
    """Whether one room may import from another: itself, a lower floor, and what stands beside it on the ground."""
    if here == there or there in ("chatbot", "training"):
        return True
    if here.startswith("training") and there.startswith("chatbot."):
        return True
    if there not in FLOORS or here.split(".")[0] != there.split(".")[0]:
        return False
    return FLOORS[there] < FLOORS[here] or FLOORS[here] == FLOORS[there] == 0


@every_module
def test_every_module_has_its_room(module: Module) -> None:
    assert module.name in ("app", "chatbot", "training") or module.room in FLOORS, f"{module.room} has no place yet"


@every_module
def test_imports_run_down_the_house(module: Module) -> None:
    if module.name in ("app", "chatbot", "training"):
        return
    wrong = {name for name in imports(module) if not allowed(module.room, ".".join(name.split(".")[:2]))}
    assert not wrong, f"{module.name} must not import {', '.join(sorted(wrong))}"


def test_the_chatbot_does_not_know_of_training() -> None:
    chatbot = [module for name, module in MODULES.items() if name.split(".")[0] == "chatbot"]
    found = {(module.name, name) for module in chatbot for name in imports(module) if not name.startswith("chatbot")}
    assert found == set()


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {name: set(imports(module)) - {name} for name, module in MODULES.items()}
    cleared: set[str] = set()

    def walk(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join([*trail[trail.index(name) :], name])
        if name not in cleared:
            for imported in graph.get(name, ()):
                walk(imported, (*trail, name))
            cleared.add(name)

    for name in graph:
        walk(name, ())


@every_module
def test_every_module_says_what_it_is(module: Module) -> None:
    assert ast.get_docstring(module.tree)


def test_every_module_is_imported_by_a_test() -> None:
    written = {name for name, module in MODULES.items() if module.path.name != "__init__.py"}
    assert written - imported_by_tests() == set(), "write a test of their own"


@every_module
def test_no_module_is_too_long(module: Module) -> None:
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_MODULE


@every_module
def test_no_function_is_too_long(module: Module) -> None:
    long = {
        node.name: length
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@every_module
def test_no_file_has_a_name_that_says_nothing(module: Module) -> None:
    words = set(re.split(r"[._]", module.name))
    assert not words & FORBIDDEN_NAMES


@every_module
def test_sql_is_written_in_the_store_alone(module: Module) -> None:
    if module.name.startswith(SQL_HOME):
        return
    nodes = list(ast.walk(module.tree))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    assert not imported & {"sqlite3", "sqlite_utils", "sqlite_utils.db"}
    assert [text for text in texts if SQL.search(text)] == []


def test_what_stands_behind_the_store_is_named_by_the_store_alone() -> None:
    outside = [module for module in MODULES.values() if module.room != "chatbot.store"]
    named = {name for module in outside for name in imports(module) if name.startswith(SQL_HOME)}
    assert named <= {f"{SQL_HOME}.backup", f"{SQL_HOME}.restoring"}


def test_the_wheel_takes_every_package() -> None:
    packed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    folders = {".".join(module.path.relative_to(ROOT).parent.parts) for module in MODULES.values()} - {""}
    assert set(packed) == folders | {"chatbot.data"}


def test_the_packs_hold_files_only() -> None:
    assert list((ROOT / "data").rglob("*.py")) == []


@pytest.mark.parametrize(
    ("here", "there", "may"),
    [
        ("chatbot.web", "chatbot.store", True),
        ("chatbot.dialogue", "chatbot.web", False),
        ("chatbot.web", "chatbot.desk", True),
        ("chatbot.dialogue", "chatbot.desk", False),
        ("chatbot.store", "chatbot.broker", True),
        ("chatbot.engines", "chatbot.knowledge", False),
        ("chatbot.store", "chatbot.errors", True),
        ("chatbot.weights", "chatbot.errors", True),
        ("chatbot.settings", "chatbot.store", False),
        ("chatbot.store", "training.cycle", False),
        ("training.cycle", "chatbot.dialogue", True),
        ("training.evaluation", "training.release", False),
        ("training.curation", "training.finetuning", False),
        ("training.console", "app", False),
    ],
)
def test_the_arrows_are_the_ones_of_the_design(here: str, there: str, may: bool) -> None:
    assert allowed(here, there) is may
