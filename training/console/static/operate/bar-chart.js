// <bar-chart>: stacked bars, such as how conversations ended, day by day.
//
//   .series=${[{ name: "Went to a person", colour: "c4" }, …]}  .bars=${[{ name: "3 Mar", values: [2, …] }, …]}  label="…"

import { html, nothing, svg } from "../shared/lit.js";
import { Chart, EDGE } from "./chart.js";
import { scale, spread, wholeTicks } from "./scales.js";

const WIDEST = 34;

class BarChart extends Chart {
  static properties = { series: { attribute: false }, bars: { attribute: false } };

  constructor() {
    super();
    this.series = [];
    this.bars = [];
  }

  willUpdate() {
    this.marks = wholeTicks(this.bars.reduce((high, { values }) => Math.max(high, total(values)), 0));
    this.y = scale([0, this.marks.at(-1)], [this.height - EDGE.bottom, EDGE.top]);
    this.step = Math.max(1, this.width - EDGE.left - EDGE.right) / Math.max(1, this.bars.length);
  }

  get places() {
    return this.bars.length;
  }

  placeAt(left) {
    return Math.min(this.places - 1, Math.max(0, Math.floor((left - EDGE.left) / this.step)));
  }

  picked() {
    const bar = this.bars[this.at];
    return bar ? `${bar.name}: ${this.series.map(({ name }, n) => `${name} ${bar.values[n]}`).join(", ")}` : "";
  }

  view() {
    const bar = this.bars[this.at];
    const legend = this.series.map(({ name, colour }, n) => html`<li class=${colour}><span class="dot"></span>${name} ${bar ? html`<b>${this.format(bar.values[n])}</b>` : nothing}</li>`);
    const told = bar ? html`<li class="push">${bar.name} <b>${this.format(total(bar.values))}</b></li>` : nothing;
    const rows = () => this.bars.map(({ name, values }) => [name, ...values.map(this.format)]);
    return this.framed([legend, told], () => this.#drawing(), ["", ...this.series.map(({ name }) => name)], rows);
  }

  #drawing() {
    const { width, height, y, step } = this;
    const named = new Set(spread(this.bars.length, Math.floor((width - EDGE.left) / 80)));
    const wide = Math.max(1, Math.min(WIDEST, step - Math.min(4, step * 0.25)));
    return html`<svg viewBox="0 0 ${width} ${height}" height=${height} aria-hidden="true">
      ${this.marks.map((mark) => svg`<line class="grid" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(mark)} y2=${y(mark)}></line>
        <text x=${EDGE.left - 8} y=${y(mark) + 4} text-anchor="end">${this.format(mark)}</text>`)}
      ${this.bars.map((bar, n) => {
        const left = EDGE.left + n * step;
        const middle = left + step / 2;
        return svg`<g class=${n === this.at ? "at" : ""}>
          <rect class="whole" x=${left} y=${EDGE.top} width=${step} height=${height - EDGE.bottom - EDGE.top}></rect>
          ${this.#stack(bar, middle - wide / 2, wide)}
          ${named.has(n) ? svg`<text x=${middle} y=${height - 6} text-anchor="middle">${bar.name}</text>` : nothing}
        </g>`;
      })}
    </svg>`;
  }

  #stack({ values }, left, wide) {
    let below = 0;
    return this.series.map(({ colour }, n) => {
      const from = below;
      below += values[n];
      return values[n] ? svg`<g class=${colour}><rect x=${left} y=${this.y(below)} width=${wide} height=${Math.max(1, this.y(from) - this.y(below))}></rect></g>` : nothing;
    });
  }
}

function total(values) {
  return values.reduce((one, other) => one + other, 0);
}

customElements.define("bar-chart", BarChart);
