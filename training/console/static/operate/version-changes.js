// The replies that changed from one version to another, old beside new, what became worse first.

import { CallError } from "../shared/calls.js";
import { Element } from "../shared/element.js";
import { html, nothing, repeat } from "../shared/lit.js";
import { differing, marked } from "./comparing.js";

const KINDS = { worse: "Now wrong", better: "Now right", other: "Other words" };
const SHOWN = 10;
const NOT_ANSWERS = { abstain: "does not know", handoff: "hands over", refuse: "refuses", decline: "declines", chat: "small talk", ask: "asks back" };

class VersionChanges extends Element {
  static properties = {
    console: { attribute: false }, version: {}, versions: { attribute: false }, against: { state: true }, found: { state: true },
    kind: { state: true }, shown: { state: true }, fault: { state: true },
  };

  constructor() {
    super();
    this.against = "";
    this.kind = "worse";
    this.shown = SHOWN;
  }

  willUpdate(changed) {
    if (changed.has("version")) this.against = "";
    if (changed.has("version") || changed.has("against")) this.#read();
  }

  async #read() {
    const [version, against] = [this.version, this.against];
    this.fault = "";
    try {
      const found = await this.console.get(`versions/${encodeURIComponent(version)}/changes`, { against });
      if (version !== this.version || against !== this.against) return;
      this.found = found;
      this.kind = Object.keys(KINDS).find((kind) => found.counts[kind]) ?? "worse";
      this.shown = SHOWN;
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
    }
  }

  view() {
    const { found, fault } = this;
    const others = this.versions.filter(({ name }) => name !== this.version);
    if (!others.length) return nothing;
    return html`<section class="card section" aria-label="Replies that changed">
      <div class="title-line">
        <h2>Replies that changed</h2>
        <label class="row small push">compared with
          <select @change=${(event) => (this.against = event.target.value)}>
            ${others.map(({ name, title }) => html`<option value=${name} .selected=${name === (this.against || found?.against)}>${title}</option>`)}
          </select>
        </label>
      </div>
      ${fault ? html`<p class="told wrong" role="alert">${fault}</p>` : nothing} ${found ? this.#found(found) : html`<p class="quiet" aria-busy="true">Comparing …</p>`}
    </section>`;
  }

  #found({ words, compared, counts, changes, title, against_title, version, against }) {
    if (words) return html`<p class="quiet">${words} ${version === against ? nothing : html`<code>python -m training gate ${version} --against ${against}</code> asks them.`}</p>`;
    if (!changes.length) return html`<p class="quiet">${title} answers all ${compared} test questions as ${against_title} does.</p>`;
    const those = changes.filter(({ effect }) => effect === this.kind);
    return html`
      <div class="row">
        <div class="choice" role="group" aria-label="Which">
          ${Object.entries(KINDS).map(([kind, name]) => html`<button aria-pressed=${kind === this.kind} @click=${() => this.#show(kind)}>${name} <span class="figures">${counts[kind]}</span></button>`)}
        </div>
        <span class="small quiet">of ${compared} test questions</span>
      </div>
      ${those.length ? nothing : html`<p class="quiet">None.</p>`}
      <ol class="changes">${repeat(those.slice(0, this.shown), (change) => change.case, (change) => this.#change(change, title, against_title))}</ol>
      ${those.length > this.shown ? html`<button @click=${() => (this.shown += SHOWN)}>Show ${Math.min(SHOWN, those.length - this.shown)} more of ${those.length - this.shown}</button>` : nothing}
    `;
  }

  #show(kind) {
    this.kind = kind;
    this.shown = SHOWN;
  }

  #change({ asked, suite, before, after, must_say, must_not_say, case: name }, title, against_title) {
    const parts = differing(before.text, after.text);
    return html`<li>
      <p class="small quiet">${suite}${asked.length > 1 ? html` · <span class="words">${asked.slice(0, -1).join(" → ")} →</span>` : nothing}</p>
      <h3>${asked.at(-1) ?? name}</h3>
      <div class="side-by-side">
        ${reply(`${against_title}, before`, before, marked(parts, "before"))} ${reply(`${title}, now`, after, marked(parts, "after"))}
      </div>
      ${must_say.length || must_not_say.length ? html`<p class="small quiet">${must_say.length ? html`A right reply says: ${must_say.join("; ")}.` : nothing} ${must_not_say.length ? html`It must not say: ${must_not_say.join("; ")}.` : nothing}</p>` : nothing}
    </li>`;
  }
}

function reply(whose, { passed, act }, words) {
  return html`<figure class=${passed ? "right" : "wrong"}>
    <figcaption class="row small"><strong>${whose}</strong><span class="push badge ${passed ? "mine" : "disliked"}">${passed ? "✓ right" : "✕ wrong"}</span>${NOT_ANSWERS[act] ? html`<span class="badge">${NOT_ANSWERS[act]}</span>` : nothing}</figcaption>
    <blockquote class="words">${words.length ? words : html`<span class="quiet">no words</span>`}</blockquote>
  </figure>`;
}

customElements.define("version-changes", VersionChanges);
