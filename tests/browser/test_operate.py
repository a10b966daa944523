"""The operators' page in a real browser; the run is a row that the test moves, no model is trained."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NoReturn

import gradio as gr
import pytest
from fastapi import FastAPI
from playwright.sync_api import Page, expect

from chatbot.dialogue.session import Session
from chatbot.engines.live import LiveEngine
from chatbot.engines.scripted import ScriptedEngine
from chatbot.errors import BusyError, EngineError, NotFoundError
from chatbot.knowledge.knowledge import Knowledge, open_knowledge
from chatbot.knowledge.packs import load_pack
from chatbot.knowledge.retrieval.embeddings import HashedEmbedder
from chatbot.lineage import Bounds, GateDifferences, GateVerdict, Run, RunProgress, SuiteMeasures, Version
from chatbot.records import Person, Trace
from chatbot.settings import Settings, load_settings
from chatbot.store import Store, open_store
from chatbot.store.versions import BASE
from chatbot.web.access import Access, AccessMiddleware
from chatbot.web.acting import ActingMiddleware
from chatbot.web.notices import Updates
from chatbot.web.sign_in import login_routes
from chatbot.web.theme import CSS, HEAD, chat_theme
from tests.browser.conftest import Visit
from tests.conftest import Serve
from tests.packs import write_pack
from training.console import acts
from training.console.gradio_page import OperatorDesk, build_operate_page
from training.runs.files import CHECKPOINT, run_folder
from training.runs.resuming import Beginning

Decision = Literal["promote", "hold"]

PASSWORD = "correct horse battery"
SUITES = {"facts": 45, "multi_turn": 20, "out_of_scope": 15, "safety": 12, "must_pass": 10, "fairness": 16}
ATTACK = "<img src=http://evil.example/x onerror=document.title='owned'>"


class RowJobs:
    """Jobs whose run is nothing but its row."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def current(self) -> Run | None:
        return next((run for run in self._store.versions.runs() if run.status == "running"), None)

    def start(self, actor: str) -> Run:
        if current := self.current():
            raise BusyError(f"run {current.id} is under way: wait for it or stop it first")
        return self._store.versions.start_run(actor)

    def stop(self, actor: str) -> Run:
        run = self.current()
        if run is None:
            raise NotFoundError("nothing is being trained at the moment")
        folder = run_folder(self._settings, run.id)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / CHECKPOINT).touch()
        Beginning({}, snapshot=1).save(folder)
        self._store.versions.update_run(run.id, status="stopped")
        return run


@dataclass(frozen=True)
class Site:
    url: str
    session: Session
    jobs: RowJobs
    damaged: set[str]

    @property
    def store(self) -> Store:
        return self.session.store

    def move(self, step: int, steps: int = 60) -> None:
        """Put the run under way at a step."""
        run = self.jobs.current()
        assert run
        curve: list[dict[str, float]] = [{"step": 0, "validation_loss": 2.4}]
        for n in range(1, step + 1):
            point = {"step": n, "train_loss": round(2.3 * 0.975**n + 0.12 * ((n * 7) % 5 - 2) / 2, 4)}
            curve.append(point | ({"validation_loss": round(2.35 * 0.98**n, 4)} if n % 6 == 0 else {}))
        progress: RunProgress = {
            "phase": "fine-tuning",
            "message": f"step {step} of {steps}",
            "fraction": 0.05 + 0.75 * step / steps,
            "step": step,
            "steps": steps,
            "tokens_per_second": 312.4,
            "seconds_left": (steps - step) * 4,
            "curve": curve,
        }
        self.store.versions.update_run(run.id, progress=progress)

    def add_version(self, passed: dict[str, int], perplexity: float, gate: GateVerdict) -> Version:
        """Record a version that evaluation and gate are done with."""
        versions = self.store.versions
        version = versions.add_version("lamps", BASE, f"{len(versions.all()):08x}", None, None)
        Path(version.path).mkdir(parents=True)
        suites: dict[str, SuiteMeasures] = {
            name: {"cases": cases, "passed": passed.get(name, cases - 3)} for name, cases in SUITES.items()
        }
        versions.set_measures(version.name, {"suites": suites, "perplexity": perplexity})
        versions.set_gate(version.name, gate)
        versions.point("candidate", version.name, "system")
        return version


def verdict(decision: Decision, against: str, reasons: list[str], shift: float) -> GateVerdict:
    def around(value: float, spread: float) -> Bounds:
        return {"value": value, "low": round(value - spread, 4), "high": round(value + spread, 4)}

    suites = {name: around(shift / (n + 1), 0.04 + 0.01 * n) for n, name in enumerate(SUITES)}
    differences: GateDifferences = {
        "log_likelihood_per_token": around(0.31, 0.06),
        "pass_rate": around(shift, 0.03),
        "suites": suites,
    }
    return {"decision": decision, "against": against, "reasons": reasons, "differences": differences}


def give_feedback(store: Store, agent: Person) -> None:
    visitor = store.people.set_consent(store.people.add_visitor(), True)
    talk = store.conversations.start(visitor, "lamps")
    for n, question in enumerate(["May I return a lamp I used?", f"My mail is ann@lamp.example {ATTACK}", "Ok?"]):
        asked = store.conversations.add_user_message(talk, None, question)
        trace = Trace(version="base")
        reply = store.conversations.begin_reply(talk, asked.id, trace)
        store.conversations.update_reply(reply.id, f"You may, number {n}, within 30 days.", "complete", trace)
        store.feedback.rate(reply.id, visitor, "like" if n else "dislike")
        if n == 0:
            store.feedback.correct(reply.id, agent, "Only unused lamps can be returned within 30 days.")
    store.feedback.approve("Do you repair lamps?", "We repair lamps that we sold.", agent)


@pytest.fixture
def site(home: Path, serve: Serve) -> Iterator[Site]:
    settings = load_settings(engine="scripted", pack=str(write_pack(home / "pack")))
    store = open_store(settings.database)
    pack = load_pack(settings.pack_folder)
    damaged: set[str] = set()

    knowledge = open_knowledge(pack, HashedEmbedder(), HashedEmbedder())

    def load(name: str) -> tuple[ScriptedEngine, Knowledge]:
        if name in damaged:
            raise EngineError("its file is damaged")
        return ScriptedEngine(name), knowledge

    live = LiveEngine(load, lambda: store.versions.resolve("champion"))
    session = Session(settings, store, pack, live)
    access = Access(store, home / "key")
    store.people.add_staff("ada", "operator", PASSWORD)
    store.people.add_staff("ben", "agent", PASSWORD)
    jobs = RowJobs(settings, store)
    app = FastAPI()
    app.add_middleware(ActingMiddleware)
    app.add_middleware(AccessMiddleware, access=access)
    app.include_router(login_routes(access))
    page = build_operate_page(session, access, jobs)  # type: ignore[arg-type]
    gr.mount_gradio_app(app, page, path="/operate", theme=chat_theme(), css=CSS, head=HEAD, footer_links=[], pwa=False)
    live.watch()
    yield Site(serve(app), session, jobs, damaged)
    live.close()


def sign_in(page: Page, name: str) -> None:
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")


def operate(visit: Visit, site: Site, **options: object) -> Page:
    page = visit(f"{site.url}/operate", **options)
    sign_in(page, "ada")
    expect(page.locator("#op-versions")).to_contain_text("The base model")
    return page


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_an_agent_is_refused(visit: Visit, site: Site) -> None:
    page = visit(f"{site.url}/operate")
    with page.expect_response(lambda answer: answer.url.endswith("/operate") and answer.status != 303) as answer:
        sign_in(page, "ben")
    assert answer.value.status == 403
    expect(page.locator("body")).to_contain_text("you are signed in as agent ben")


def test_a_new_installation_says_what_to_do(visit: Visit, site: Site) -> None:
    page = operate(visit, site)
    expect(page.locator("#op-header")).to_contain_text("The base model answers now.")
    expect(page.locator("#op-waits")).to_contain_text("No feedback yet")
    expect(page.locator("#op-run")).to_contain_text("Nothing was trained here yet")
    expect(page.locator("#op-versions")).to_contain_text("Press Retrain")
    expect(page.locator("#op-roll-back")).to_be_disabled()
    expect(page.locator("#op-promote")).to_be_disabled()


def test_feedback_appears_by_itself_and_markup_in_it_is_text(visit: Visit, site: Site) -> None:
    page = operate(visit, site)
    give_feedback(site.store, site.store.people.staff()[1])
    cards = page.locator(".op-cards div")
    expect(cards).to_have_text(["Likes2", "Dislikes1", "Corrections1", "Approvals1"])
    expect(page.locator("#op-waits")).to_contain_text("Personal data taken out")
    run = site.jobs.start("operator:ada")
    site.store.versions.update_run(run.id, status="failed", error=f"the loss is nan {ATTACK}")
    expect(page.locator("#op-run")).to_contain_text(f"It failed: the loss is nan {ATTACK}")
    assert page.title() == "Operate · Lamps"


def test_retrains_with_progress_stops_and_goes_on(visit: Visit, site: Site) -> None:
    page = operate(visit, site)
    expect(page.locator("#op-run")).to_contain_text(re.compile(r"Learns from \d+ rows, validates on \d+"))
    press(page, "Retrain")
    expect(page.locator("#op-run [role=progressbar]")).to_be_visible()
    expect(page.locator("#op-retrain")).to_be_hidden()
    site.move(12)
    expect(page.locator("#op-run")).to_contain_text("step 12 of 60 · 312 tokens/s · about 3 minutes of learning left")
    expect(page.locator("#op-run [role=progressbar]")).to_have_attribute("aria-valuenow", "20.0")
    expect(page.locator("#op-curve svg path").first).to_be_visible()
    site.move(30)
    expect(page.locator("#op-run")).to_contain_text("step 30 of 60")
    press(page, "Stop")
    expect(page.get_by_text("Its checkpoint is kept: the next run can go on from it.")).to_be_visible()
    expect(page.locator("#op-run")).to_contain_text("The last run was stopped")
    press(page, "Go on from the checkpoint")
    expect(page.locator("#op-stop")).to_be_visible()
    assert [run.actor for run in site.store.versions.runs()] == ["operator:ada"] * 2


def test_a_second_start_is_told_what_is_under_way(visit: Visit, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    page = operate(visit, site)
    run = site.store.versions.start_run("system")
    monkeypatch.setattr(site.jobs, "current", lambda: None)

    def busy(actor: str) -> Run:
        raise BusyError(f"run {run.id} is under way: wait for it or stop it first")

    monkeypatch.setattr(site.jobs, "start", busy)
    press(page, "Retrain")
    expect(page.get_by_text(f"run {run.id} is under way: wait for it or stop it first")).to_be_visible()


def test_judges_promotes_and_rolls_back(visit: Visit, site: Site) -> None:
    first = site.add_version({"facts": 31}, 4.21, verdict("promote", BASE, ["passes more cases: +0.210"], 0.21))
    held = site.add_version({"facts": 30}, 4.02, verdict("hold", first.name, ["loses on safety: 9 of 12 pass"], -0.02))
    page = operate(visit, site)
    expect(page.locator("#op-verdict")).to_contain_text("loses on safety: 9 of 12 pass")
    page.locator("#op-versions").get_by_role("button", name=first.name).click()
    expect(page.locator("#op-verdict")).to_contain_text("passes more cases: +0.210")
    expect(page.locator("#op-verdict")).to_contain_text("+21.0 [+18.0, +24.0]")
    press(page, "Promote")
    expect(page.locator("#op-confirm")).to_contain_text(
        f"Let {first.name} answer from now on, instead of the base model?"
    )
    expect(page.locator("#op-yes")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"From now on {first.name} answers; the server swaps within seconds.")).to_be_visible()
    expect(page.locator("#op-header")).to_contain_text(f"{first.name} answers now.")
    page.locator("#op-versions").get_by_role("button", name=held.name).click()
    press(page, "Promote")
    expect(page.locator("#op-confirm")).to_contain_text("The gate held this version because: loses on safety")
    press(page, "Leave it as it is")
    expect(page.locator("#op-confirm")).to_be_hidden()
    press(page, "Roll back")
    expect(page.locator("#op-confirm")).to_contain_text("Afterwards the base model answers.")
    press(page, "Yes, do it")
    expect(page.locator("#op-header")).to_contain_text("The base model answers now.")
    expect(page.locator("#op-history li").first).to_contain_text(
        f"ada (operator) let the base model answer instead of {first.name}"
    )
    expect(page.locator("#op-history li").first).to_contain_text("from 127.0.0.1")


def test_a_click_while_another_is_answered_is_not_lost(
    visit: Visit, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = site.add_version({"facts": 31}, 4.21, verdict("hold", BASE, ["not proven better than base"], 0.02))
    page = operate(visit, site)
    frame = OperatorDesk._frame

    def slow(desk: OperatorDesk, operator: Person, shown: dict[int, int], selected: str | None) -> Updates:
        time.sleep(0.1)
        return frame(desk, operator, shown, selected)

    monkeypatch.setattr(OperatorDesk, "_frame", slow)
    for _ in range(8):
        page.locator("#op-versions").get_by_role("button", name=version.name).click()
        press(page, "Promote")
        expect(page.locator("#op-confirm")).to_contain_text(f"Let {version.name} answer from now on")
        page.wait_for_timeout(200)
        press(page, "Leave it as it is")
        expect(page.locator("#op-confirm")).to_be_hidden()


def test_another_version_closes_the_question(visit: Visit, site: Site) -> None:
    first = site.add_version({"facts": 31}, 4.21, verdict("hold", BASE, ["not proven better than base"], 0.02))
    site.add_version({"facts": 30}, 4.02, verdict("hold", BASE, ["loses on safety: 9 of 12 pass"], -0.02))
    page = operate(visit, site)
    press(page, "Promote")
    expect(page.locator("#op-confirm")).to_be_visible()
    page.locator("#op-versions").get_by_role("button", name=first.name).click()
    expect(page.locator("#op-confirm")).to_be_hidden()


def test_what_cannot_be_done_is_said(visit: Visit, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add_version({"facts": 31}, 4.21, verdict("hold", BASE, ["not proven better than base"], 0.02))
    page = operate(visit, site)

    def refused(*_: object) -> NoReturn:
        raise NotFoundError("<b>no such version</b>: pick another one")

    monkeypatch.setattr(acts, "promoting", refused)
    for _ in range(2):
        press(page, "Promote")
        expect(page.get_by_text("<b>no such version</b>: pick another one")).to_be_visible()
        expect(page.locator("#notice p")).to_be_hidden(timeout=15_000)


def test_a_fault_of_the_server_is_said(visit: Visit, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add_version({"facts": 31}, 4.21, verdict("hold", BASE, ["not proven better than base"], 0.02))
    page = operate(visit, site)
    monkeypatch.setattr(acts, "promoting", lambda *_: 1 / 0)
    press(page, "Promote")
    expect(page.get_by_text("That went wrong, and nothing was saved: the server's log says why.")).to_be_visible()


def test_a_refused_version_is_reported(visit: Visit, site: Site) -> None:
    version = site.add_version({}, 4.2, {})
    page = operate(visit, site)
    site.damaged.add(version.name)
    site.store.versions.point("champion", version.name, "system")
    expect(page.locator(".op-warning")).to_contain_text(
        f"{version.name} was refused and base keeps answering: its file is damaged."
    )
    expect(page.locator("#op-header")).to_contain_text("The base model answers now.")


def test_fits_a_narrow_screen(visit: Visit, site: Site) -> None:
    site.add_version({"facts": 31}, 4.21, verdict("hold", BASE, ["not proven better than base"], 0.02))
    page = operate(visit, site, width=390, height=844)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
