// A dialog of the browser's own: it keeps the focus, closes on Escape, and gives the focus back.

import { Element } from "./element.js";
import { icon } from "./icons.js";
import { html } from "./lit.js";

export class Dialog extends Element {
  get frame() {
    return this.querySelector("dialog");
  }

  async open() {
    await this.updateComplete;
    if (!this.frame.open) this.frame.showModal();
  }

  close() {
    this.frame.close();
  }

  /** The frame with a title around what the dialog holds. */
  framed(title, inside, onClose = () => {}) {
    return html`<dialog aria-label=${title} @close=${onClose}>
      <div class="inside">
        <div class="head-line">
          <h2>${title}</h2>
          <button class="bare push" type="button" aria-label="Close" @click=${() => this.close()}>${icon("close")}</button>
        </div>
        ${inside}
      </div>
    </dialog>`;
  }
}

/** The list of a page's keys. */
export class KeyHelp extends Dialog {
  static properties = { keys: { attribute: false } };

  view() {
    const keys = (this.keys?.list ?? []).map(({ name, words }) => html`<dt>${shown(name)}</dt><dd>${words}</dd>`);
    return this.framed("Keys", html`<dl class="key-list">${keys}</dl>`);
  }
}

const NAMES = { 1: "1–5", ctrl: "Ctrl", alt: "Alt", Escape: "Esc", ArrowLeft: "←", ArrowRight: "→" };

function shown(name) {
  return name.split("+").map((part) => html`<kbd>${NAMES[part] ?? part}</kbd> `);
}

customElements.define("key-help", KeyHelp);
