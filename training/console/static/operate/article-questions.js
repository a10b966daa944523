// <article-questions>: which known questions find an article, before and after what was typed, and one's own to try.

import { CallError } from "../shared/calls.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";

const SHOWN = 5;

class ArticleQuestions extends Element {
  static properties = { console: { attribute: false }, draft: { attribute: false }, question: { attribute: false }, found: { state: true }, fault: { state: true }, busy: { state: true } };

  #of = "";

  constructor() {
    super();
    this.question = "";
    this.found = null;
    this.fault = "";
    this.busy = false;
    this.asked = [];
  }

  firstUpdated() {
    if (this.question) this.asked = [this.question];
    this.#ask();
  }

  get current() {
    return this.found && this.#of === this.draft.text;
  }

  view() {
    const { found } = this;
    return html`<div class="stack">
      ${this.fault ? html`<p class="told wrong" role="alert">${this.fault}</p>` : nothing}
      ${found ? this.#known(found) : html`<p class="quiet" aria-busy="true">Asking the known questions …</p>`}
      ${found && !this.current ? html`<div class="row"><span class="quiet small">You went on writing.</span><button @click=${() => this.#ask()} ?disabled=${this.busy}>${this.busy ? "Asking …" : "Ask again"}</button></div>` : nothing}
      <form class="row at-end" @submit=${this.#try}>
        <label class="field grow">Try a question of your own<input name="question" maxlength="500" placeholder="As a visitor would ask it" .value=${this.question}></label>
        <button ?disabled=${this.busy}>Try</button>
      </form>
      ${found?.asked.map((one) => this.#own(one))}
    </div>`;
  }

  #known({ known, before, after, lost, gained }) {
    if (!known) return html`<p class="quiet">No question is known to rest on this article yet. Try some of your own: whatever is close enough to its words finds it.</p>`;
    const saved = !this.draft.dirty;
    return html`
      <div class="figures-row">
        ${saved ? nothing : html`<div class="figure"><b>${before}</b><span>found it before</span></div>`}
        <div class="figure"><b class=${after < before ? "worse" : after > before ? "better" : ""}>${after}</b><span>of ${known} known questions find it first${saved ? "" : " now"}</span></div>
      </div>
      ${listed("No longer lead here", lost, "worse")}${listed("Newly lead here", gained, "better")}
    `;
  }

  #own({ question, before, after }) {
    const here = `${this.draft.target}:`;
    const said = (lead) => (lead.title ? html`<b>${lead.title}</b>${lead.answers ? nothing : html` <span class="badge uncertain">not sure enough to answer</span>`}` : html`<span class="quiet">nothing</span>`);
    return html`<div class="card stack">
      <p class="strong">“${question}”</p>
      ${before.title === after.title && before.answers === after.answers ? nothing : html`<p class="small quiet">Before: ${said(before)}</p>`}
      <p>${after.source.startsWith(here) ? html`<span class="badge mine">leads here</span> ` : nothing}${said(after)}</p>
      ${after.title ? html`<p class="quiet small words">${after.text}</p>` : nothing}
    </div>`;
  }

  #try = (event) => {
    event.preventDefault();
    const question = new FormData(event.target).get("question").trim();
    if (!question) return;
    this.asked = [question, ...this.asked.filter((one) => one !== question)].slice(0, 5);
    this.#ask();
  };

  async #ask() {
    const { draft } = this;
    const text = draft.text;
    this.busy = true;
    try {
      this.found = await this.console.post("knowledge/finds", { file: draft.target, text, asked: this.asked });
      this.#of = text;
      this.fault = "";
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
    } finally {
      this.busy = false;
    }
  }
}

function listed(title, questions, colour) {
  if (!questions.length) return nothing;
  const more = questions.slice(SHOWN);
  const items = (some) => html`<ul class="questions">${some.map((one) => html`<li>${one}</li>`)}</ul>`;
  return html`<div><h3 class=${colour}>${title} (${questions.length})</h3>${items(questions.slice(0, SHOWN))}
    ${more.length ? html`<details><summary class="small">${more.length} more</summary>${items(more)}</details>` : nothing}</div>`;
}

customElements.define("article-questions", ArticleQuestions);
