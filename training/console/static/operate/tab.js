// The base of all tabs: reads what it shows, draws it, says in words what went wrong; its element is <operate-slug>.

import { CallError } from "../shared/calls.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";

export class Tab extends Element {
  static properties = { console: { attribute: false }, data: { state: true }, fault: { state: true }, reading: { state: true } };

  constructor() {
    super();
    this.data = null;
    this.fault = "";
    this.reading = false;
  }

  /** The tab is shown, or its address has changed; `parameters` are those of the address. */
  opened(_parameters) {}

  /** What to draw once `data` is there. */
  drawn() {
    return nothing;
  }

  /** Put what a call brings into `data`, or into `fault` why it did not; of several, the latest one counts. */
  async read(asking) {
    const asked = asking();
    this.asked = asked;
    this.reading = true;
    try {
      const found = await asked;
      if (this.asked === asked) [this.data, this.fault] = [found, ""];
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      if (this.asked === asked) this.fault = fault.message;
    } finally {
      if (this.asked === asked) this.reading = false;
    }
  }

  view() {
    if (this.data !== null) return html`${this.told()}${this.drawn()}`;
    return this.fault ? this.told() : html`<p class="quiet waiting" aria-busy="true">Reading …</p>`;
  }

  /** What went wrong, if anything did. */
  told() {
    return this.fault ? html`<p class="told wrong" role="alert">${this.fault}</p>` : nothing;
  }
}

/** What stands where there is nothing yet: a title, words, and what to do, if there is something. */
export function empty(title, words, act = nothing) {
  return html`<div class="empty"><h2>${title}</h2><p>${words}</p>${act}</div>`;
}
