// What the gate said of a version: its words, and each measure with the bounds between which the difference surely lies.

import { Element } from "../shared/element.js";
import { html, nothing, svg } from "../shared/lit.js";
import { signed, tone } from "./comparing.js";

const WIDTH = 160;
const MIDDLE = WIDTH / 2;
const REACH = MIDDLE - 8;
const JUDGED = { better: "surely better", worse: "surely worse", "": "may be chance" };

class VersionVerdict extends Element {
  static properties = { verdict: { attribute: false } };

  view() {
    const { decision, against_title, reasons, differences, version } = this.verdict;
    if (!version.made_at) return nothing;
    if (!decision) {
      return html`<section class="card section" aria-label="The gate">
        <h2>The gate has not judged it</h2>
        <p>Nobody knows whether it is better than what answers. <code>python -m training gate ${version.name}</code> asks both the same test questions.</p>
      </section>`;
    }
    return html`<section class="card section" aria-label="The gate">
      <div class="title-line"><h2>${decision === "promote" ? "The gate let it pass" : "The gate held it"}</h2><p class="small quiet push">compared with ${against_title}, question by question</p></div>
      <ul class="told ${decision === "promote" ? "" : "warn"}">${reasons.map((reason) => html`<li>${reason}</li>`)}</ul>
      <div class="wide"><table class="measures">
        <thead><tr><th scope="col">Test questions</th><th scope="col" class="number">${version.title}</th><th scope="col" class="number">${against_title}</th><th scope="col" class="number">Difference</th><th scope="col" class="between">Surely between</th></tr></thead>
        <tbody>${differences.map((line) => this.#line(line, differences, [version.title, against_title]))}</tbody>
      </table></div>
    </section>`;
  }

  #line(line, all, titles) {
    const { label, about, ours, theirs, value, unit, judgement } = line;
    const said = unit === "percent" ? signed(value * 100, " %") : signed(value);
    return html`<tr>
      <th scope="row">${label}<br><span class="small quiet about">${about}</span></th>
      <td class="number" data-of=${titles[0]}>${ours || "–"}</td><td class="number quiet" data-of=${titles[1]}>${theirs || "–"}</td>
      <td class="number"><strong class=${judgement || (tone(value) && "quiet")}>${said}</strong><br><span class="small ${judgement || "quiet"}">${value || judgement ? JUDGED[judgement] : "the same"}</span></td>
      <td>${range(line, all)}</td>
    </tr>`;
  }
}

/** A line from low to high around "no difference" in its middle; measures of one unit have one scale. */
function range(line, all) {
  const { low, high, value, unit, judgement } = line;
  const reach = Math.max(...all.filter((other) => other.unit === unit).flatMap((other) => [other.low, other.high].map(Math.abs))) || 1;
  const at = (number) => MIDDLE + (number / reach) * REACH;
  const told = [low, high].map((bound) => (unit === "percent" ? signed(bound * 100, " %") : signed(bound))).join(" to ");
  return html`<svg class="range ${judgement}" width=${WIDTH} height="20" viewBox="0 0 ${WIDTH} 20" aria-hidden="true">
    ${svg`<line class="rule" x1=${MIDDLE} x2=${MIDDLE} y1="0" y2="20"></line>
      <line class="bounds" x1=${at(low)} x2=${at(high)} y1="10" y2="10"></line><circle cx=${at(value)} cy="10" r="4.5"></circle>`}
  </svg>${low === high ? nothing : html`<span class="small quiet figures">${told}</span>`}`;
}

customElements.define("version-verdict", VersionVerdict);
