// <line-chart>: lines over one axis, such as a loss by step or a rate by day.
//
//   .series=${[{ name: "validation", colour: "c1", dashed: false, points: [{ x: 0, y: 2.4 }, …] }]}   x ascending
//   .named=${(x) => words}  .format=${(y) => words}  .zero=${true: the axis begins at 0}  label="Loss by step"

import { html, nothing, svg } from "../shared/lit.js";
import { Chart, EDGE } from "./chart.js";
import { nearest, scale, spread, ticks } from "./scales.js";

const MOST_NAMES = 6;

class LineChart extends Chart {
  static properties = { series: { attribute: false }, named: { attribute: false }, zero: { type: Boolean } };

  constructor() {
    super();
    this.series = [];
    this.named = (x) => x.toLocaleString();
    this.zero = false;
  }

  willUpdate() {
    this.xs = [...new Set(this.series.flatMap(({ points }) => points.map(({ x }) => x)))].toSorted((one, other) => one - other);
    const ys = this.series.flatMap(({ points }) => points.map(({ y }) => y));
    this.marks = ticks(this.zero ? 0 : least(ys), most(ys));
    this.x = scale([this.xs[0] ?? 0, this.xs.at(-1) ?? 1], [EDGE.left, Math.max(EDGE.left + 1, this.width - EDGE.right)]);
    this.y = scale([this.marks[0], this.marks.at(-1)], [this.height - EDGE.bottom, EDGE.top]);
  }

  get places() {
    return this.xs.length;
  }

  placeAt(left) {
    const [first, last] = [this.xs[0], this.xs.at(-1)];
    return nearest(this.xs, scale([this.x(first), this.x(last)], [first, last])(left));
  }

  picked() {
    if (this.at === null) return "";
    const told = this.series.map((one) => [one.name, this.#valueOf(one)]).filter(([, value]) => value);
    return `${this.named(this.xs[this.at])}: ${told.map((one) => one.join(" ")).join(", ")}`;
  }

  view() {
    const legend = this.series.map((one) => html`<li class=${one.colour}><span class="dot"></span>${one.name} <b>${this.#valueOf(one)}</b></li>`);
    const told = this.at === null ? nothing : html`<li class="push">${this.named(this.xs[this.at])}</li>`;
    const rows = () => this.xs.map((x) => [this.named(x), ...this.series.map((one) => this.#said(one.points.find((point) => point.x === x)))]);
    return this.framed([legend, told], () => this.#drawing(), ["", ...this.series.map(({ name }) => name)], rows);
  }

  /** A series' value at the picked place, or its last. */
  #valueOf({ points }) {
    if (!points.length) return "";
    return this.#said(this.at === null ? points.at(-1) : points[nearest(points.map(({ x }) => x), this.xs[this.at])]);
  }

  #said(point) {
    return point ? this.format(point.y) : "";
  }

  #drawing() {
    const { width, height, x, y } = this;
    const bottom = height - EDGE.bottom;
    const fit = Math.max(2, Math.min(MOST_NAMES, Math.floor((width - EDGE.left) / 90)));
    const named = spread(this.xs.length, fit);
    const picked = this.at === null ? null : this.xs[this.at];
    return html`<svg viewBox="0 0 ${width} ${height}" height=${height} aria-hidden="true">
      ${this.marks.map((mark) => svg`<line class="grid" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(mark)} y2=${y(mark)}></line>
        <text x=${EDGE.left - 8} y=${y(mark) + 4} text-anchor="end">${this.format(mark)}</text>`)}
      ${named.map((n) => svg`<text x=${x(this.xs[n])} y=${height - 6} text-anchor=${n === this.xs.length - 1 ? "end" : "middle"}>${this.named(this.xs[n])}</text>`)}
      ${picked === null ? nothing : svg`<line class="rule" x1=${x(picked)} x2=${x(picked)} y1=${EDGE.top} y2=${bottom}></line>`}
      ${this.series.map(
        ({ points, colour, dashed }) => svg`<g class=${colour}>
          <path class="line ${dashed ? "dashed" : ""}" d=${pathOf(points, x, y)}></path>
          ${points.length === 1 || picked !== null ? points.filter((point) => points.length === 1 || point.x === picked).map((point) => svg`<circle cx=${x(point.x)} cy=${y(point.y)} r="4.5"></circle>`) : nothing}
        </g>`,
      )}
    </svg>`;
  }
}

function pathOf(points, x, y) {
  return points.map((point, n) => `${n ? "L" : "M"}${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}`).join("");
}

function least(values) {
  return values.reduce((one, other) => Math.min(one, other), values[0] ?? 0);
}

function most(values) {
  return values.reduce((one, other) => Math.max(one, other), values[0] ?? 1);
}

customElements.define("line-chart", LineChart);
