"""Runs and versions looked at from a terminal."""

import json

import pytest
from click.testing import CliRunner, Result

from chatbot.errors import NotFoundError
from chatbot.settings import Settings
from chatbot.store import Store
from chatbot.store.versions import BASE
from training.commands.looking import changes, runs, stop
from training.evaluation.results import Evaluation, Judged
from training.evaluation.shelf import result_file
from training.runs.files import STOP, run_folder
from training.runs.lock import TrainingLock
from training.runs.wish import Wish


@pytest.fixture(autouse=True)
def named(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHATBOT_PACK", settings.pack)


def said(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.output


def test_runs_are_listed_and_the_one_under_way_is_stopped(store: Store, settings: Settings) -> None:
    call = CliRunner().invoke
    assert "no run yet" in said(call(runs))
    run = store.versions.start_run("system", progress=Wish("sft").as_progress())
    lock = TrainingLock.take(settings.home)
    assert lock
    assert f"{run.id}  running  sft  0%" in said(call(runs))
    assert "stops after the step under way" in said(call(stop))
    assert (run_folder(settings, run.id) / STOP).is_file()
    lock.let_go()
    assert json.loads(said(call(runs, ["--json"])))["runs"][0]["status"] == "interrupted"
    assert isinstance(call(stop).exception, NotFoundError)


def test_replies_that_changed_are_told_old_beside_new(store: Store, settings: Settings) -> None:
    call = CliRunner().invoke
    version = store.versions.add_version("lamps", BASE, "ab12cd34", None, None).name
    assert "never asked the same test questions" in said(call(changes, [version]))
    for name, reply, passed in ((version, "30 days", True), (BASE, "60 days", False)):
        file = result_file(settings.home, name, "a" * 16)
        file.parent.mkdir(parents=True, exist_ok=True)
        kept = Evaluation(name, {}, {}, 0.0, [Judged("facts", "facts-0", reply, passed, 1.0)])
        file.write_text(json.dumps(kept.as_dict()), encoding="utf-8")
    told = said(call(changes, [version]))
    assert "now right: Tell me, How long may I return a lamp?\n  before: 60 days\n  now:    30 days" in told
    assert "1 test questions: 0 now wrong, 1 now right, 0 other words" in told
    assert json.loads(said(call(changes, [version, "--json"])))["counts"]["better"] == 1
