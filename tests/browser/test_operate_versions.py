"""Training, Versions and Playground in a real browser; the run is a row that the test moves, no model is trained."""

import json
import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, StorageState, expect

from chatbot.dialogue.opening import open_session
from chatbot.dialogue.session import Session
from chatbot.lineage import RunProgress
from chatbot.settings import load_settings
from chatbot.store import open_store
from chatbot.store.versions import BASE
from chatbot.web.access import Access
from chatbot.web.guarding import guard
from chatbot.web.modules import FOLDER, Modules
from chatbot.web.sign_in import login_routes
from chatbot.web.vendored import mount_vendored
from tests.conftest import PASSWORD, Serve, desk_of
from tests.packs import write_pack
from tests.training.console.made import ATTACK, add_version, held
from tests.training.console.tabs.conftest import RowJobs
from training.console import page as operate_page
from training.console.console import Console
from training.evaluation.results import Evaluation, Judged
from training.evaluation.shelf import result_file
from training.runs.files import CHECKPOINT, run_folder
from training.runs.resuming import Beginning

QUESTION = "How many working days does delivery to Germany take?"


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    folder = tmp_path_factory.mktemp("operate")
    given = {"home": folder / "home", "pack": str(write_pack(folder / "lamps")), "engine": "scripted", "min_score": 0.1}
    settings = load_settings(**given)
    store = open_store(settings.database)
    store.people.add_staff("Olga", "operator", PASSWORD)
    session = open_session(settings, store)
    yield session
    session.live.close()
    store.database.close()


@pytest.fixture(scope="module")
def url(session: Session, serve_module: Serve) -> str:
    app = FastAPI()
    access = Access(session.store, session.settings.home / "cookie.key")
    guard(app, session.settings, access)
    console = Console(session, access, RowJobs(session.settings, session.store), desk_of(session))
    modules = Modules(FOLDER, operate_page.FOLDER)
    app.include_router(login_routes(access))
    app.include_router(operate_page.operate_routes(console, modules))
    modules.mount(app)
    mount_vendored(app)
    session.live.watch()
    return serve_module(app)


@pytest.fixture(scope="module")
def signed_in(chromium: Browser, url: str) -> StorageState:
    """An operator's cookies: one sign-in, as only ten a minute are let through."""
    context = chromium.new_context()
    context.request.post(f"{url}/login", form={"name": "Olga", "password": PASSWORD}, max_redirects=0)
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(chromium: Browser, signed_in: StorageState) -> Iterator[Page]:
    context = chromium.new_context(storage_state=signed_in, viewport={"width": 1200, "height": 800})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert not faults


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def measure(session: Session, version: str, reply: str, passed: bool) -> None:
    """Put a result with one reply onto the shelf."""
    file = result_file(session.settings.home, version, "a" * 16)
    file.parent.mkdir(parents=True, exist_ok=True)
    cases = [Judged("facts", "facts-0", reply, passed, 1.0)]
    file.write_text(json.dumps(Evaluation(version, {}, {}, 0.0, cases).as_dict()), encoding="utf-8")


def test_a_training_is_started_followed_stopped_and_gone_on_with(page: Page, url: str, session: Session) -> None:
    store = session.store
    page.goto(f"{url}/operate/training")
    expect(page.get_by_text(re.compile(r"Learns from \d+ rows, validates on \d+"))).to_be_visible()
    expect(page.get_by_role("combobox", name="Base")).to_have_value(session.settings.base_model)
    page.get_by_label("Minutes of learning").fill("5")
    expect(page.get_by_role("radio", name="By examples (usual)")).to_be_checked()
    press(page, "Start training")
    going = page.get_by_role("region", name="The run under way")
    expect(going).to_contain_text("Starting")
    run = store.versions.runs()[0]
    assert (run.actor, run.progress) == ("operator:Olga", {"recipe": "sft", "minutes": 5.0})
    curve: list[dict[str, float]] = [
        {"step": 0, "validation_loss": 2.0},
        {"step": 5, "train_loss": 1.6},
        {"step": 6, "train_loss": 1.5},
    ]
    told: RunProgress = {"phase": "fine-tuning", "fraction": 0.4, "step": 6, "steps": 60, "tokens_per_second": 312.0}
    store.versions.update_run(run.id, progress={**run.progress, **told, "seconds_left": 180, "curve": curve})
    expect(going).to_contain_text("step 6 of 60 · about 3 minutes of learning left")
    expect(page.locator("line-chart path[d*=L]").first).to_be_visible()
    press(page, "Stop")
    expect(page.get_by_role("dialog")).to_contain_text("Stop this training?")
    press(page, "Stop it")
    expect(page.get_by_text("Its checkpoint is kept: the next run can go on from it.")).to_be_visible()
    folder = run_folder(session.settings, run.id)
    folder.mkdir(parents=True)
    (folder / CHECKPOINT).touch()
    Beginning({}, snapshot=1).save(folder)
    page.reload()
    press(page, "Go on from the checkpoint")
    expect(going).to_be_visible()
    again = store.versions.runs()[0]
    assert again.progress == {"recipe": "sft", "minutes": 5.0} and again.id != run.id
    store.versions.update_run(again.id, status="failed", error=f"the loss is nan {ATTACK}")
    expect(page.get_by_text(f"It failed: the loss is nan {ATTACK}")).to_be_visible()


def test_a_held_version_is_looked_at_promoted_and_rolled_back(page: Page, url: str, session: Session) -> None:
    version = add_version(session.store, held(BASE, f"worse on facts {ATTACK}"), facts=5)
    measure(session, BASE, "Within 30 days.", True)
    measure(session, version.name, f"Within 3 days. {ATTACK}", False)
    page.goto(f"{url}/operate/versions?version={version.name}")
    gate = page.get_by_role("region", name="The gate")
    expect(gate).to_contain_text(f"worse on facts {ATTACK}")
    expect(gate.get_by_role("row", name=re.compile("^Facts"))).to_contain_text("surely worse")
    changed = page.get_by_role("region", name="Replies that changed")
    expect(changed).to_contain_text("Tell me, How long may I return a lamp?")
    expect(changed.locator("figure.right")).to_contain_text("Within 30 days.")
    expect(changed.locator("figure.wrong")).to_contain_text(f"Within 3 days. {ATTACK}")
    assert page.locator("operate-versions button.main").count() == 0
    press(page, "Let it answer anyway …")
    asked = page.get_by_role("dialog")
    expect(asked).to_contain_text("v1 answers everybody from now on, instead of the base model.")
    expect(asked).to_contain_text(f"The gate held it: worse on facts {ATTACK}")
    press(page, "Promote it anyway")
    expect(page.get_by_text("v1 answers from now on; the server changes over within seconds.")).to_be_visible()
    answering = page.get_by_role("region", name="Who answers now")
    expect(answering.get_by_role("status")).to_have_text("v1 answers now")
    press(page, "Roll back to the base model")
    press(page, "Roll back")
    expect(answering.get_by_role("status")).to_have_text("The base model answers now")
    page.get_by_role("link", name="What was done").click()
    log = page.locator("operate-log .log > li")
    expect(log.first).to_contain_text("Olga (operator) let the base model answer instead of v1")
    page.get_by_role("combobox", name="Who").select_option(label="The system")
    expect(log.first).not_to_contain_text("Olga")
    page.get_by_role("combobox", name="What").select_option(label="Settings and system")
    expect(page.get_by_text("Nothing of that was done")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(log.first).to_contain_text("Olga (operator)")


def test_one_question_is_put_to_two_versions(page: Page, url: str, session: Session) -> None:
    version = add_version(session.store)
    page.goto(f"{url}/operate/playground?second={version.name}")
    page.get_by_label("Question").fill(QUESTION)
    page.keyboard.press("Control+Enter")
    replies = page.locator("operate-playground .answers section")
    for reply in (replies.first, replies.last):
        expect(reply.locator(".reply")).to_contain_text("6 working days")
        expect(reply).to_contain_text("Rests on")
    expect(page.get_by_text("Both say the same, word for word.")).to_be_visible()
    assert session.store.conversations.of(session.store.people.staff()[0]) == []


@pytest.mark.parametrize("tab", ["training", "versions", "playground"])
def test_a_tab_fits_a_phone(page: Page, url: str, tab: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{url}/operate/{tab}")
    expect(page.locator(f"operate-{tab} h2").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
