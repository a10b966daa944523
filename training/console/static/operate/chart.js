// What charts have in common: they fill their width, a pointer or the arrow keys pick a place, a table says the same.

import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";

export const EDGE = { left: 44, right: 8, top: 8, bottom: 24 };

export class Chart extends Element {
  static properties = { label: {}, height: { type: Number }, format: { attribute: false }, width: { state: true }, at: { state: true }, tabled: { state: true } };

  #watch = new ResizeObserver(([entry]) => {
    this.width = Math.round(entry.contentRect.width);
  });

  constructor() {
    super();
    this.label = "";
    this.height = 200;
    this.format = (value) => value.toLocaleString();
    this.width = 0;
    this.at = null;
    this.tabled = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#watch.disconnect();
  }

  /** How many places there are to pick. */
  get places() {
    return 0;
  }

  /** The place at a distance from the left. */
  placeAt(_x) {
    return 0;
  }

  /** The frame around a drawing: legend above, table below. */
  framed(legend, drawing, head, rows) {
    return html`
      <ul class="legend">${legend}</ul>
      <div class="plot" tabindex="0" role="img" aria-label="${this.label}. ${this.picked()}" @pointermove=${this.#point} @pointerdown=${this.#point}
        @pointerleave=${() => this.#pick(null)} @blur=${() => this.#pick(null)} @keydown=${this.#step}>
        ${this.width ? drawing() : nothing}
      </div>
      <details @toggle=${(event) => (this.tabled = event.target.open)}>
        <summary>As a table</summary>
        ${this.tabled ? html`<div class="wide"><table><thead><tr>${head.map((name, n) => html`<th scope="col" class=${n ? "number" : ""}>${name}</th>`)}</tr></thead><tbody>${rows().map(row)}</tbody></table></div>` : nothing}
      </details>
    `;
  }

  /** The picked place in words. */
  picked() {
    return "";
  }

  #pick(at) {
    this.at = at;
  }

  #point = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    if (this.places) this.#pick(this.placeAt(event.clientX - box.left));
  };

  #step = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") this.#pick(null);
    if (!by || !this.places) return;
    event.preventDefault();
    const from = this.at ?? (by > 0 ? -1 : this.places);
    this.#pick(Math.min(this.places - 1, Math.max(0, from + by)));
  };
}

function row([name, ...values]) {
  return html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td class="number">${value}</td>`)}</tr>`;
}
