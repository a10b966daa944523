"""docs/security.md names tests that exist, and each test of an attack."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parent.parent
PAGE = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:\w+/)*test_\w+\.py)(?:::(\w+))?`", PAGE)))


def functions_of(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize(("file", "test"), NAMED, ids="::".join)
def test_a_test_that_it_names_exists(file: str, test: str) -> None:
    assert (TESTS / file).is_file()
    assert not test or test in functions_of(TESTS / file)


def test_it_names_every_test_of_an_attack() -> None:
    held = {f"security/{file.name}" for file in Path(__file__).parent.glob("test_*.py")} - {"security/test_document.py"}
    assert held - {file for file, _ in NAMED} == set()


def test_it_goes_through_owasps_ten_one_by_one() -> None:
    rows = re.findall(r"^\| LLM(\d\d) .*?\|.*?\|(.*?)\|(.*)\|$", PAGE, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 11))
    assert all("test_" in tests and missing.strip() for _, tests, missing in rows)
