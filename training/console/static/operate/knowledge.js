// What the bot answers from: articles, rules, texts and approved answers, each to be looked up and changed.

import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import "./approved-answers.js";
import "./article-editor.js";
import { joined } from "./article-parts.js";
import { FileDraft, NEW_ARTICLE, NEW_RULE } from "./file-draft.js";
import "./file-history.js";
import "./persona-editor.js";
import "./rule-editor.js";
import { empty, Tab } from "./tab.js";

const VIEWS = { articles: "Articles", rules: "Rules", texts: "Texts", answers: "Approved answers", changes: "Changes" };

const SOON_MS = 250;

class Knowledge extends Tab {
  static properties = { shown: { state: true }, draft: { state: true }, sought: { state: true }, places: { state: true }, changes: { state: true } };

  #soon = 0;

  constructor() {
    super();
    this.shown = "articles";
    this.draft = null;
    this.sought = "";
    this.places = new Map();
    this.place = null;
    this.changes = [];
    this.question = "";
    this.addEventListener("saved", (event) => this.#saved(event.detail));
  }

  connectedCallback() {
    super.connectedCallback();
    this.console.happenings.addEventListener("pack", this.#changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.console.happenings.removeEventListener("pack", this.#changed);
  }

  opened(parameters) {
    const question = parameters.get("question") ?? "";
    const file = parameters.get("file") ?? (question ? NEW_ARTICLE : parameters.get("new"));
    this.shown = parameters.get("view") in VIEWS ? parameters.get("view") : "articles";
    this.question = question;
    this.place = parameters.get("line") ? { line: Number(parameters.get("line")), words: parameters.get("words") ?? "" } : null;
    if (this.shown === "texts") this.#open("pack.toml");
    else if (file) this.#open(file);
    else this.draft = null;
    this.#read();
  }

  #changed = () => {
    this.#read();
    this.draft?.follow();
  };

  async #read() {
    await this.read(() => this.console.get("knowledge/shelf"));
    if (this.shown === "changes") this.changes = (await this.console.tried(() => this.console.get("knowledge/changes"))) ?? [];
  }

  #open(file) {
    if (this.draft?.file === file && !this.draft.isNew) return;
    const begun = file === NEW_ARTICLE ? begunFor(this.question) : null;
    this.draft = new FileDraft(this.console, file, begun);
    this.draft.open();
  }

  #saved({ file }) {
    if (this.draft && file) history.replaceState(null, "", this.shown === "texts" ? "knowledge?view=texts" : `knowledge?file=${encodeURIComponent(file)}`);
    this.#read();
  }

  drawn() {
    const { data, draft } = this;
    return html`
      ${data.fault ? html`<p class="told wrong" role="alert">${data.fault}</p>` : nothing}
      ${data.writable ? nothing : html`<p class="told warn">The folder <code>${data.folder}</code> cannot be written by the server, so nothing can be saved here. Give the account that runs it the right to write there, or copy the pack and set <code>pack</code> to the copy.</p>`}
      ${draft && this.shown !== "texts" ? this.#editor(draft) : html`${this.#head()}${this.#list()}`}
    `;
  }

  #editor(draft) {
    if (draft.kind === "persona") return html`<persona-editor .console=${this.console} .draft=${draft}></persona-editor>`;
    if (draft.kind === "rules") return html`<rule-editor .console=${this.console} .draft=${draft}></rule-editor>`;
    return html`<article-editor .console=${this.console} .draft=${draft} .question=${this.question} .place=${this.place}></article-editor>`;
  }

  #head() {
    const { data } = this;
    const counts = { articles: data.articles.length, rules: data.rules.length, answers: data.answers.length };
    return html`
      <div class="title-line">
        <nav class="choice parts" aria-label="Parts of the knowledge">
          ${Object.entries(VIEWS).map(([name, words]) => html`<a href="knowledge?view=${name}" aria-current=${name === this.shown ? "page" : nothing}>${words}${counts[name] === undefined ? nothing : html` <small>${counts[name]}</small>`}</a>`)}
        </nav>
        ${this.shown === "articles" ? html`<a class="button main push" href="knowledge?new=${encodeURIComponent(NEW_ARTICLE)}">New article</a>` : nothing}
        ${this.shown === "rules" ? html`<a class="button main push" href="knowledge?new=${encodeURIComponent(NEW_RULE)}">New rule</a>` : nothing}
      </div>
      ${data.packaged ? html`<p class="quiet small">This pack comes with the product and is never written to. Your first change makes a copy of it in the home of this installation, and from then on the copy is the pack <b>${data.pack}</b>.</p>` : nothing}
    `;
  }

  #list() {
    const { data } = this;
    if (this.shown === "answers") return html`<approved-answers .console=${this.console} .answers=${data.answers} .onChanged=${() => this.#read()}></approved-answers>`;
    if (this.shown === "changes") return html`<div class="card"><file-history named .console=${this.console} .changes=${this.changes} .onUndone=${() => this.#read()}></file-history></div>`;
    if (this.shown === "texts") return this.draft ? this.#editor(this.draft) : nothing;
    return this.#files(data[this.shown]);
  }

  #files(files) {
    if (!files.length) return this.shown === "rules" ? empty("No rules yet", "A rule says what happens with messages that articles must not answer: an emergency, abuse, a request for somebody else's data.") : nothing;
    const sought = this.sought.trim().toLowerCase();
    const found = files.filter(({ file, title, name }) => `${title} ${name}`.toLowerCase().includes(sought) || this.places.has(file));
    return html`
      <input type="search" class="sought" placeholder="Search ${this.shown}: titles and text" aria-label="Search ${this.shown}" maxlength="200" .value=${this.sought} @input=${this.#seek}>
      <div class="card"><ul class="lines">
        ${found.map(({ file, title, about, at, by }) => html`<li>
          <a class="grow strong" href="knowledge?file=${encodeURIComponent(file)}">${title}</a>
          <span class="quiet small">${about}${at ? html` · <time datetime=${at} title=${inFull(at)}>${moment(at)}</time> by ${by}` : nothing}</span>
          ${localHas(this.console, file) ? html`<span class="badge uncertain">draft</span>` : nothing}
          ${this.places.has(file) ? placed(this.places.get(file)) : nothing}
        </li>`)}
      </ul>${found.length ? nothing : html`<p class="quiet">No title and no text here has “${this.sought.trim()}”.</p>`}</div>
    `;
  }

  #seek = (event) => {
    this.sought = event.target.value;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => this.#find(this.sought), SOON_MS);
  };

  async #find(sought) {
    const found = sought.trim() ? await this.console.tried(() => this.console.get("knowledge/places", { sought })) : [];
    if (found && sought === this.sought) this.places = new Map(found.map((place) => [place.file, place]));
  }
}

function begunFor(question) {
  return joined({ title: "", below: question ? `## ${question}\n\n` : "" });
}

/** Where a file says what was looked for; it opens there. */
function placed({ file, line, before, found, after }) {
  const at = new URLSearchParams({ file, line, words: found });
  return html`<a class="place small" href="knowledge?${at}">${before}<mark>${found}</mark>${after}</a>`;
}

/** Whether something was typed into a file and not saved. */
function localHas(console, file) {
  return Object.keys(localStorage).some((key) => key.startsWith(`draft/${console.me.id}/knowledge/${file}/`));
}

customElements.define("operate-knowledge", Knowledge);
