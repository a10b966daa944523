// The line at the edge of a page that says what was done, offers to undo it, and goes by itself.

import { Element } from "./element.js";
import { html, nothing } from "./lit.js";

const SHOWN_MS = 8000;

export class PageNotices extends Element {
  static properties = { said: { state: true } };

  #timer = 0;

  constructor() {
    super();
    this.said = null;
  }

  /** Say something; `undo` is what takes it back, `act` another thing to do: its words, and what runs. */
  say(text, { undo = null, act = null, wrong = false } = {}) {
    this.said = { text, undo, act, wrong };
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.close(), wrong ? 2 * SHOWN_MS : SHOWN_MS);
  }

  /** Take back what was done last; false where there is nothing to take back. */
  undo() {
    const undo = this.said?.undo;
    if (!undo) return false;
    this.close();
    undo();
    return true;
  }

  #act(act) {
    this.close();
    act.run();
  }

  close() {
    this.said = null;
  }

  view() {
    const { text, undo, act, wrong } = this.said ?? {};
    return html`<div class="notice-place" role="status">
      ${
        text
          ? html`<div class="notice ${wrong ? "wrong" : ""}">
              <span>${text}</span>
              ${undo ? html`<button class="plain" @click=${() => this.undo()}>Undo <kbd>u</kbd></button>` : nothing}
              ${act ? html`<button class="plain" @click=${() => this.#act(act)}>${act.words}</button>` : nothing}
              <button class="plain" aria-label="Close" @click=${() => this.close()}>✕</button>
            </div>`
          : nothing
      }
    </div>`;
  }
}

customElements.define("page-notices", PageNotices);
