// Playground: one question, two versions, their checked replies side by side.

import { CallError } from "../shared/calls.js";
import { html, nothing } from "../shared/lit.js";
import { badges, dated, differing, marked } from "./comparing.js";
import { Tab } from "./tab.js";

const SIDES = ["first", "second"];
const ACTS = { abstain: "does not know", handoff: "hands over to a person", refuse: "refuses", decline: "declines", chat: "small talk", ask: "asks back" };

class Playground extends Tab {
  static properties = { chosen: { state: true }, replies: { state: true }, question: { state: true } };

  constructor() {
    super();
    this.chosen = { first: "", second: "" };
    this.replies = {};
    this.question = "";
  }

  async opened(parameters) {
    await this.read(() => this.console.get("playground"));
    if (!this.data) return;
    const known = (name) => this.data.versions.some((version) => version.name === name) && name;
    const pick = (side) => known(parameters.get(side)) || this.chosen[side] || this.data[side];
    this.chosen = { first: pick("first"), second: pick("second") };
    this.question = parameters.get("question") ?? this.question;
    this.querySelector("textarea")?.focus();
  }

  drawn() {
    const sides = this.#sides;
    const [one, other] = sides.map((side) => this.replies[side]?.reply);
    const parts = one && other ? differing(one.text, other.text) : null;
    return html`
      <form class="card section" @submit=${this.#ask} aria-label="Ask two versions">
        <h2>${sides.length > 1 ? "Ask two versions the same" : "Ask it something"}</h2>
        <label class="field">Question
          <textarea name="question" rows="2" required .value=${this.question} @input=${(event) => (this.question = event.target.value)} @keydown=${this.#pressed}
            placeholder="What a visitor would ask"></textarea>
        </label>
        ${sides.length > 1 ? nothing : html`<p class="told">There is one version to ask until now. <a href="training">Train another one</a>, and the two can be asked side by side here.</p>`}
        <div class="row players">
          ${sides.length > 1 ? sides.map((side, n) => this.#chooser(side, n)) : nothing}
          <button class="main push" ?disabled=${this.#asking}>Ask <kbd>Ctrl Enter</kbd></button>
        </div>
        <p class="small quiet">The replies are looked up, written and checked as they would be for a visitor. Nothing of it is stored, and nothing is learned from it.</p>
      </form>
      ${parts && parts.every(({ only }) => !only) ? html`<p class="told" role="status">Both say the same, word for word.</p>` : nothing}
      <div class="side-by-side answers">${sides.map((side) => this.#answer(side, parts))}</div>
    `;
  }

  /** Two versions are asked beside each other, where there are two. */
  get #sides() {
    return this.data.versions.length > 1 ? SIDES : SIDES.slice(0, 1);
  }

  get #asking() {
    return SIDES.some((side) => this.replies[side]?.waiting);
  }

  #chooser(side, n) {
    const choose = (event) => (this.chosen = { ...this.chosen, [side]: event.target.value });
    return html`<label class="field">${n ? "and" : "Versions"}
      <select @change=${choose}>${this.data.versions.map((version) => html`<option value=${version.name} .selected=${version.name === this.chosen[side]}>${dated(version)}${version.aliases.includes("champion") ? ", answers now" : ""}</option>`)}</select>
    </label>`;
  }

  #answer(side, parts) {
    const told = this.replies[side];
    if (!told) return nothing;
    const version = this.data.versions.find(({ name }) => name === told.version);
    const { reply } = told;
    return html`<section class="card section" aria-label=${version.title} aria-busy=${told.waiting ? "true" : "false"}>
      <div class="title-line"><h2>${version.title}</h2>${badges(version)}${reply ? html`<span class="push small quiet figures">${reply.seconds.toFixed(1)} s</span>` : nothing}</div>
      ${told.waiting ? html`<p class="quiet">${version.loaded ? "Writes …" : "Is loaded into memory first, which may take a minute …"}</p>` : nothing}
      ${told.fault ? html`<p class="told wrong" role="alert">${told.fault}</p>` : nothing} ${reply ? this.#reply(reply, parts ? marked(parts, side === "first" ? "before" : "after") : reply.text) : nothing}
    </section>`;
  }

  #reply({ act, rule, check, refused, sources }, words) {
    const used = sources.filter((source) => source.used);
    return html`
      <p class="words reply">${words}</p>
      <p class="row small">
        ${ACTS[act] ? html`<span class="badge uncertain">${ACTS[act]}</span>` : nothing} ${rule ? html`<span class="quiet">by the rule <code>${rule}</code></span>` : nothing}
        ${check ? html`<span class="quiet">${check}${refused.length ? html` Not shown: “${refused.join(" … ")}”` : nothing}</span>` : nothing}
      </p>
      ${
        sources.length
          ? html`<details ?open=${used.length > 0}><summary>${used.length ? `Rests on ${used.map(({ title }) => title).join(", ")}` : "Rests on nothing that was found"}</summary>
              <ol class="passages">${sources.map((source) => html`<li class=${source.used ? "used" : ""}><span class="row"><strong class="grow">${source.title}</strong><span class="small quiet figures" title="Nearness to the question, 1 at most">${source.score.toFixed(2)}</span></span><p class="words small">${source.text}</p></li>`)}</ol></details>`
          : html`<p class="small quiet">Nothing was looked up.</p>`
      }
    `;
  }

  #pressed = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.form.requestSubmit();
  };

  #ask = async (event) => {
    event.preventDefault();
    if (this.#asking) return;
    const { question, chosen } = this;
    const sides = this.#sides;
    this.replies = Object.fromEntries(sides.map((side) => [side, { version: chosen[side], waiting: true }]));
    const loaded = (side) => this.data.versions.find(({ name }) => name === chosen[side])?.loaded;
    if (sides.some(loaded)) await Promise.all(sides.map((side) => this.#answered(side, question, chosen[side])));
    else for (const side of sides) await this.#answered(side, question, chosen[side]); // one guest at a time is in memory
    const players = await this.console.tried(() => this.console.get("playground"));
    if (players) this.data = players;
  };

  async #answered(side, question, version) {
    const told = { version };
    try {
      told.reply = await this.console.post("playground/ask", { question, version });
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      told.fault = fault.message;
    }
    this.replies = { ...this.replies, [side]: told };
  }
}

customElements.define("operate-playground", Playground);
