// <file-history>: who changed what and when; each change is shown line by line, and can be undone.

import { Dialog } from "../shared/dialogs.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { comparison } from "./compare.js";

const SHOWN = 8;

class FileHistory extends Element {
  static properties = { console: { attribute: false }, changes: { attribute: false }, onUndone: { attribute: false }, named: { type: Boolean }, all: { state: true }, whole: { state: true } };

  constructor() {
    super();
    this.changes = [];
    this.onUndone = () => {};
    this.named = false;
    this.all = false;
    this.whole = null;
  }

  view() {
    const { changes } = this;
    const shown = this.all ? changes : changes.slice(0, SHOWN);
    return html`<section class="section">
      ${this.named ? nothing : html`<h3>History</h3>`}
      ${changes.length ? nothing : html`<p class="quiet">${this.named ? "Nothing was changed here yet." : "As it came: nothing was changed here yet."}</p>`}
      <ul class="lines">${shown.map((change) => this.#row(change))}</ul>
      ${shown.length < changes.length ? html`<button class="plain" @click=${() => (this.all = true)}>All ${changes.length} changes</button>` : nothing}
      <change-view .console=${this.console} .whole=${this.whole} .onUndone=${this.onUndone}></change-view>
    </section>`;
  }

  #row(change) {
    const what = change.undoes ? `undid change ${change.undoes}` : { new: "added it", removed: "removed it", changed: "changed it" }[change.what];
    return html`<li>
      <span class="grow"><b>${change.by}</b> ${what}${this.named ? html` · <a href="knowledge?file=${encodeURIComponent(change.file)}">${change.file}</a>` : nothing}
        <small class="quiet"><time datetime=${change.at} title=${inFull(change.at)}>${moment(change.at)}</time></small></span>
      <small class="figures quiet"><span class="better">+${change.added}</span> <span class="worse">−${change.removed}</span></small>
      <button @click=${() => this.#show(change)} aria-label="Show change ${change.number}">Show</button>
    </li>`;
  }

  async #show({ number }) {
    const whole = await this.console.tried(() => this.console.get(`knowledge/changes/${number}`));
    if (!whole) return;
    this.whole = whole;
    await this.updateComplete;
    this.querySelector("change-view").open();
  }
}

class ChangeView extends Dialog {
  static properties = { console: { attribute: false }, whole: { attribute: false }, onUndone: { attribute: false } };

  view() {
    const { whole } = this;
    if (!whole) return this.framed("Change", nothing);
    const { change, lines, undoing, later } = whole;
    const inside = html`
      <p class="quiet">${change.by}, ${moment(change.at)} · ${change.file}</p>
      <div class="scrolls">${comparison(lines)}</div>
      ${later ? html`<p class="told warn">${later === 1 ? "One later change" : `${later} later changes`} of the same file would be undone with it.</p>` : nothing}
      ${later && undoing.length ? html`<details><summary>What undoing would change now</summary><div class="scrolls">${comparison(undoing)}</div></details>` : nothing}
      <div class="foot">
        <button @click=${() => this.close()}>Close</button>
        <button ?disabled=${!undoing.length} @click=${() => this.#undo()}>${undoing.length ? "Put back what stood before" : "It says that already"}</button>
      </div>
    `;
    return this.framed(`Change ${change.number}`, inside);
  }

  async #undo() {
    const { change, revision } = this.whole;
    this.close();
    const done = await this.console.tried(() => this.console.post(`knowledge/changes/${change.number}/undo`, { revision }), "Undone: the bot answers as before.");
    if (done) this.onUndone(done);
  }
}

customElements.define("file-history", FileHistory);
customElements.define("change-view", ChangeView);
