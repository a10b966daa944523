"""Results are found again by version, and two of the same surroundings together."""

import json
import os
from pathlib import Path

from training.evaluation.results import Evaluation, Judged
from training.evaluation.shelf import latest_pair, latest_result, result_file


def put(home: Path, version: str, surroundings: str, reply: str, when: int) -> None:
    file = result_file(home, version, surroundings)
    file.parent.mkdir(parents=True, exist_ok=True)
    cases = [Judged("facts", "fact-1", reply, True, 1.0)]
    file.write_text(json.dumps(Evaluation(version, {}, {}, 1.0, cases).as_dict()), encoding="utf-8")
    os.utime(file, (when, when))


def test_the_latest_result_of_a_version(tmp_path: Path) -> None:
    put(tmp_path, "base", "a" * 16, "old", 10)
    put(tmp_path, "base", "b" * 16, "new", 20)
    put(tmp_path, "base-v0001-ab12cd34", "c" * 16, "of a pack called base", 30)
    found = latest_result(tmp_path, "base")
    assert found and found.cases[0].reply == "new"
    assert latest_result(tmp_path, "lamps-v0001-ab12cd34") is None


def test_two_versions_are_compared_in_the_same_surroundings(tmp_path: Path) -> None:
    put(tmp_path, "base", "a" * 16, "base, then", 10)
    put(tmp_path, "lamps-v0001-ab12cd34", "a" * 16, "v1, then", 11)
    put(tmp_path, "base", "b" * 16, "base, now", 20)
    found = latest_pair(tmp_path, "lamps-v0001-ab12cd34", "base")
    assert found and [one.cases[0].reply for one in found] == ["v1, then", "base, then"]
    assert latest_pair(tmp_path, "lamps-v0002-ab12cd34", "base") is None
