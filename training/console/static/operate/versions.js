// Versions: who answers, how the others differ from it, what changed, and letting another one answer.

import { html, nothing, repeat } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { badges, dated, signed, tone } from "./comparing.js";
import { percent } from "./numbers.js";
import { Tab } from "./tab.js";
import "./version-changes.js";
import "./version-verdict.js";

const DECISIONS = { promote: "passed the gate", hold: "held by the gate", "": "not judged" };
const SOON_MS = 300;
const NARROW = "(max-width: 860px)";
const TITLES = { promote: "Let it answer?", try: "Try it?", "end-trial": "End the trial?", "roll-back": "Roll back?" };

class Versions extends Tab {
  static properties = { chosen: { state: true }, verdict: { state: true } };

  #soon = 0;

  constructor() {
    super();
    this.chosen = "";
    this.verdict = null;
  }

  connectedCallback() {
    super.connectedCallback();
    for (const kind of ["version", "run", "lost", "again"]) this.console.happenings.addEventListener(kind, this.#happened);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const kind of ["version", "run", "lost", "again"]) this.console.happenings.removeEventListener(kind, this.#happened);
    clearTimeout(this.#soon);
    this.#soon = 0;
  }

  async opened(parameters) {
    await this.#readAll();
    if (!this.data) return;
    const asked = parameters.get("version");
    const { versions } = this.data;
    const found = versions.find(({ name }) => name === asked) ?? versions.find(({ aliases }) => aliases.includes("canary")) ?? versions[0];
    await this.#choose(found.name);
    await this.updateComplete;
    if (asked && matchMedia(NARROW).matches) this.querySelector(".detail")?.scrollIntoView();
  }

  #happened = (event) => {
    if (event.type === "run" && event.detail.detail.status === "running") return;
    this.#soon ||= setTimeout(() => {
      this.#soon = 0;
      this.#readAll();
    }, SOON_MS);
  };

  async #readAll() {
    await this.read(() => this.console.get("versions"));
    if (this.chosen) await this.#choose(this.chosen);
  }

  async #choose(name) {
    this.chosen = name;
    const found = await this.console.tried(() => this.console.get(`versions/${encodeURIComponent(name)}`));
    if (found && this.chosen === name) this.verdict = found;
  }

  drawn() {
    const { live, versions } = this.data;
    return html`
      ${this.#answering(live)}
      <div class="lineup">
        <nav class="card section" aria-label="All versions">
          <h2>All versions</h2>
          <ul class="lines">${repeat(versions, ({ name }) => name, (version) => this.#row(version))}</ul>
          ${versions.length === 1 ? html`<p class="quiet">No version was made yet. <a href="training">Train the first one</a>: it appears here, measured against the base model.</p>` : nothing}
        </nav>
        ${this.verdict ? this.#detail(live) : nothing}
      </div>
      <p><a href="log?what=versions">What was done with versions and trainings</a></p>
    `;
  }

  #answering(live) {
    const tried = live.canary && this.data.versions.find(({ name }) => name === live.canary);
    return html`<section class="card section answering" aria-label="Who answers now">
      <div class="title-line">
        <span class="here ${live.available && !live.failure ? "" : "away"}"></span>
        <h2 role="status">${live.title} answers now${live.follows ? html`; ${live.follows} takes over within seconds` : nothing}</h2>
        ${live.rolls_back_to ? html`<button class="push" @click=${() => this.#ask("roll-back")}>Roll back to ${live.rolls_back_to}</button>` : nothing}
      </div>
      ${live.fault ? html`<p class="told wrong" role="alert">${live.fault}. Roll back, or let another version answer.</p>` : nothing}
      ${live.failure ? html`<p class="told wrong" role="alert">Nobody answers, and it is tried again: ${live.failure}.</p>` : nothing}
      ${
        tried
          ? html`<div class="told title-line trial">
              <p class="grow"><strong>${live.canary_title} is on trial</strong> in ${percent(live.share)} of the conversations. Its own replies so far: ${liking(tried)}.</p>
              <button class="push" @click=${() => this.#ask("end-trial")}>End the trial</button>
            </div>`
          : nothing
      }
      ${live.servers.length ? html`<ul class="small ${live.available ? "quiet" : "told warn"}" aria-label="Servers">${live.servers.map((line) => html`<li>${line}</li>`)}</ul>` : nothing}
    </section>`;
  }

  #row(version) {
    const here = version.name === this.chosen;
    return html`<li>
      <a class="version" href="versions?version=${encodeURIComponent(version.name)}" aria-current=${here ? "true" : nothing}>
        <span class="row"><strong>${version.title}</strong>${badges(version)}</span>
        <span class="small quiet">${version.made_at ? html`<time datetime=${version.made_at} title=${inFull(version.made_at)}>${moment(version.made_at)}</time>` : version.base}</span>
        <span class="row small">
          ${version.cases ? html`<span class="figures">${version.passed} of ${version.cases} right</span>` : html`<span class="quiet">not measured</span>`}
          ${version.more === null ? nothing : html`<strong class="figures ${tone(version.more)}" title="Test questions that it answers right, compared with the version that answers">${signed(version.more)}</strong>`}
          ${version.decision === "hold" ? html`<span class="badge uncertain">held</span>` : nothing}
        </span>
      </a>
    </li>`;
  }

  #detail(live) {
    const { version, decision } = this.verdict;
    const answers = version.aliases.includes("champion");
    const base = !version.made_at;
    return html`<div class="stack detail">
      <section class="card section" aria-label="The version chosen">
        <div class="title-line"><h2>${dated(version)}</h2>${badges(version)}</div>
        <dl class="told-of">
          <div><dt>Test questions</dt><dd>${version.cases ? `${version.passed} of ${version.cases} right` : "not measured"}</dd></div>
          <div><dt>People</dt><dd>${liking(version)}</dd></div>
          <div><dt>Gate</dt><dd>${base ? "the others are measured against it" : html`<span class="badge ${decision === "promote" ? "mine" : decision === "hold" ? "uncertain" : ""}">${DECISIONS[decision]}</span>`}</dd></div>
          <div><dt>Made of</dt><dd>${version.run ? html`<a href="training?run=${encodeURIComponent(version.run)}">run ${version.run.slice(0, 8)}</a>` : base ? "what it knew before" : "elsewhere"}</dd></div>
        </dl>
        <p class="small quiet"><code>${version.name}</code>${base ? html` (${version.base}): the model as it was before any training. It answers when there is nothing else to roll back to.` : html` on ${version.base}`}</p>
        ${version.here ? nothing : html`<p class="told warn">Its files are gone: it cannot answer until they are restored.</p>`}
        ${
          base || answers
            ? nothing
            : html`<div class="row">
                <button class=${decision === "promote" ? "main" : ""} ?disabled=${!version.here} @click=${() => this.#ask("promote", version.name)}>${decision === "promote" ? "Let it answer" : "Let it answer anyway …"}</button>
                ${live.canary === version.name || !live.share ? nothing : html`<button ?disabled=${!version.here} @click=${() => this.#ask("try", version.name)}>Try it in ${percent(live.share)} of the chats</button>`}
                <a class="button" href="playground?second=${encodeURIComponent(version.name)}">Ask it something</a>
              </div>`
        }
      </section>
      <version-verdict .verdict=${this.verdict}></version-verdict>
      <version-changes .console=${this.console} .version=${version.name} .versions=${this.data.versions}></version-changes>
    </div>`;
  }

  /** Say what an act means, and do it after a yes. */
  async #ask(act, version = "") {
    const { console: page } = this;
    const question = await page.tried(() => page.get(`versions/acts/${act}`, { version }));
    if (!question) return;
    const doubt = question.doubts.join("\n");
    const yes = doubt ? `${question.yes} anyway` : question.yes;
    const said = await page.ask({ title: TITLES[act], text: question.text, doubt, yes });
    if (said === undefined) return;
    const done = await page.tried(() => page.post(`versions/acts/${act}`, { version: question.version, champion: question.champion }));
    if (done) page.say(done.words);
    await this.#readAll();
  }
}

function liking({ likes, dislikes }) {
  if (!likes && !dislikes) return "nobody has rated its replies";
  return html`<span class="figures better">${likes.toLocaleString()} liked</span>, <span class="figures worse">${dislikes.toLocaleString()} disliked</span>`;
}

customElements.define("operate-versions", Versions);
