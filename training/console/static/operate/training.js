// Training: what waits to be learned, a new version of it, runs and their curves.

import { CallError } from "../shared/calls.js";
import { html, nothing, repeat } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import "./line-chart.js";
import { Tab } from "./tab.js";

const STATUSES = { running: "under way", finished: "done", stopped: "stopped", failed: "failed", interrupted: "interrupted" };
const TONES = { running: "mine", finished: "", stopped: "uncertain", failed: "disliked", interrupted: "uncertain" };
const DECISIONS = { promote: "passed the gate", hold: "held by the gate" };
const MOST_CURVES = 4;
const SOON_MS = 500;

class Training extends Tab {
  static properties = { waiting: { state: true }, picked: { state: true }, curves: { state: true }, recipe: { state: true }, bases: { state: true }, base: { state: true } };

  #soon = 0;

  constructor() {
    super();
    this.waiting = null;
    this.picked = [];
    this.curves = new Map();
    this.recipe = "";
    this.bases = [];
    this.base = "";
  }

  connectedCallback() {
    super.connectedCallback();
    for (const kind of ["run", "version", "case", "lost", "again"]) this.console.happenings.addEventListener(kind, this.#happened);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const kind of ["run", "version", "case", "lost", "again"]) this.console.happenings.removeEventListener(kind, this.#happened);
    clearTimeout(this.#soon);
    this.#soon = 0;
  }

  async opened(parameters) {
    await this.#readAll();
    const asked = parameters.get("run");
    if (asked) this.#pick([asked]);
    await this.#readBases();
  }

  /** Several happenings at once are one reason to look. */
  #happened = () => {
    this.#soon ||= setTimeout(() => {
      this.#soon = 0;
      this.#readAll();
    }, SOON_MS);
  };

  async #readAll() {
    await this.read(() => this.console.get("training/runs"));
    const { runs, current } = this.data ?? { runs: [] };
    if (!this.picked.length) {
      const first = runs.find(({ steps }) => steps);
      if (first) this.picked = [first.id];
    } else if (current && runs[0].steps && !this.picked.includes(current)) {
      this.picked = [current, ...this.picked].slice(0, MOST_CURVES);
    }
    await Promise.all([this.#readWaiting(), ...this.picked.map((run) => this.#readCurve(run, run === current))]);
  }

  async #readWaiting() {
    try {
      this.waiting = await this.console.get("training/waiting");
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
    }
  }

  /** What is installed changes seldom, and takes its time to find. */
  async #readBases() {
    const found = await this.console.tried(() => this.console.get("training/bases"));
    if (found) this.bases = found;
  }

  async #readCurve(run, moving) {
    const known = this.curves.get(run);
    if (known && !moving && known.run.status !== "running") return;
    const found = await this.console.tried(() => this.console.get(`training/runs/${encodeURIComponent(run)}`));
    if (found) this.curves = new Map(this.curves).set(run, found);
  }

  #pick(runs) {
    this.picked = runs.slice(-MOST_CURVES);
    for (const run of this.picked) this.#readCurve(run, false);
  }

  drawn() {
    const { runs, current } = this.data;
    const going = runs.find(({ id }) => id === current);
    return html`
      ${going ? this.#going(going) : nothing}
      <div class="two">${this.#waits()} ${this.#begin(runs, going)}</div>
      ${runs.length ? html`${this.#drawCurves()} ${this.#table(runs)}` : nothing}
    `;
  }

  #going(run) {
    const share = Math.round(run.fraction * 100);
    return html`<section class="card section going" aria-label="The run under way">
      <div class="title-line"><h2 role="status">${run.stopping ? "Stopping" : run.phase}</h2><strong class="push figures">${share} %</strong></div>
      <progress max="100" value=${share} aria-label="The run">${share} %</progress>
      <div class="title-line">
        <p class="quiet" title=${run.tokens_per_second ? `${Math.round(run.tokens_per_second).toLocaleString()} tokens a second` : nothing}>
          ${run.stopping ? stopping(run) : [run.pace, `started by ${run.actor}, ${moment(run.started_at)}`].filter(Boolean).join(" · ")}
        </p>
        <button class="danger push" ?disabled=${run.stopping} @click=${this.#stop}>Stop</button>
      </div>
    </section>`;
  }

  #waits() {
    const { waiting } = this;
    if (!waiting) return html`<section class="card section"><h2>What waits to be learned</h2><p class="quiet" aria-busy="true">Counting what people said …</p></section>`;
    const since = waiting.snapshot ? `Since the last training, ${moment(waiting.since)}` : "Since the beginning";
    return html`<section class="card section" aria-label="What waits to be learned">
      <h2>What waits to be learned</h2>
      ${
        waiting.empty
          ? html`<p>
              ${waiting.snapshot ? html`<strong>Nothing new since the last training</strong>, ${moment(waiting.since)}.` : html`<strong>No feedback yet.</strong>`}
              People rate replies in the <a href="../">chat</a>, agents correct them in <a href="../review/">review</a>; what they say appears here.
            </p>`
          : html`<p class="quiet">${since}</p>
              <dl class="given">${waiting.given.map(({ kind, name, count }) => html`<div class=${count ? kind : "none"}><dd>${count.toLocaleString()}</dd><dt>${name}</dt></div>`)}</dl>`
      }
      ${waiting.left_out ? html`<p class="small quiet">Left out: ${counted(waiting.left_out, "opinion")} given in chats whose visitors have not agreed that these are learned from.</p>` : nothing}
      <p>${counted(waiting.train, "row")} to learn from, ${counted(waiting.validation, "row")} kept back to check on.</p>
      <details>
        <summary>Where the rows come from</summary>
        <div class="tallies">
          ${tally("From", waiting.origins)} ${tally("Left out", waiting.dropped)} ${tally("Personal data taken out", waiting.redacted)}
          ${tally("Besides", { "preferences (a reply over another)": waiting.preferences, "single ratings": waiting.unpaired })}
        </div>
      </details>
    </section>`;
  }

  #begin(runs, going) {
    const { waiting } = this;
    if (!waiting) return html`<section class="card section"><h2>Train a new version</h2><p class="quiet">…</p></section>`;
    const last = runs[0];
    const base = this.bases.find(({ name }) => name === this.base) ?? this.bases[0];
    const usual = base?.recipe ?? waiting.offers[0].name;
    const offer = waiting.offers.find(({ name }) => name === (this.recipe || usual)) ?? waiting.offers[0];
    return html`<section class="card section" aria-label="Train a new version">
      <h2>Train a new version</h2>
      <p>${waiting.plan}</p>
      <form class="stack" @submit=${this.#start}>
        <div class="asked">
          <fieldset class="recipes wide">
            <legend>Recipe</legend>
            ${this.#recipe(waiting.offers.find(({ name }) => name === usual) ?? waiting.offers[0], offer, " (usual)")}
            <details ?open=${offer.name !== usual}><summary class="small">Other recipes</summary>
              ${waiting.offers.filter(({ name }) => name !== usual).map((one) => this.#recipe(one, offer))}
            </details>
          </fieldset>
          <label class="field">Minutes of learning
            <input name="minutes" type="number" inputmode="decimal" min="0.5" max="1440" step="0.5" placeholder=${offer.minutes ? `${offer.minutes}` : "no limit"}>
          </label>
          <label class="field wide">Base
            <select name="base" @change=${(event) => (this.base = event.target.value)}>
              ${(this.bases.length ? this.bases : [{ name: waiting.base }]).map(({ name, missing: lacks }, n) => html`<option value=${name} .selected=${name === (base?.name ?? waiting.base)} ?disabled=${lacks}>${name}${n ? "" : " (answers here)"}${lacks ? ": not here" : ""}</option>`)}
            </select>
          </label>
        </div>
        ${base ? html`<p class="small quiet">${needs(base)}</p>` : nothing}
        ${base && base !== this.bases[0] ? html`<p class="small">What comes of it is compared with what answers now, and can be promoted once the setting <code>base_model</code> is <code>${base.name}</code>.</p>` : nothing}
        ${refusedBases(this.bases)}
        ${offer.missing ? html`<p class="told warn">This recipe ${offer.missing}.</p>` : nothing}
        <div class="row">
          ${
            last?.resumable && !going
              ? html`<button class="main" type="button" @click=${() => this.#goOn(last)}>Go on from the checkpoint</button>
                  <button ?disabled=${!waiting.train || offer.missing}>Start anew</button>`
              : html`<button class="main" ?disabled=${going || !waiting.train || offer.missing}>Start training</button>`
          }
          ${going ? html`<span class="small quiet">One training at a time.</span>` : nothing}
        </div>
      </form>
    </section>`;
  }

  /** A recipe to choose, with what it is for. */
  #recipe({ name, title, about, missing: lacks }, chosen, mark = "") {
    return html`<label class="recipe">
      <input type="radio" name="recipe" value=${name} .checked=${name === chosen.name} ?disabled=${lacks && name !== chosen.name} @change=${() => (this.recipe = name)}>
      <span><b>${title}</b>${mark} <span class="small quiet">${about}${lacks ? ` It ${lacks}.` : ""}</span></span>
    </label>`;
  }

  #drawCurves() {
    const shown = this.picked.map((id) => this.curves.get(id)).filter((found) => found && found.learned.length + found.held_out.length);
    if (!shown.length) return nothing;
    const series = shown.flatMap((found, n) => [
      { name: `${nameOf(found.run)}: rows kept back`, colour: `c${n + 1}`, dashed: false, points: pointsOf(found.held_out) },
      { name: `${nameOf(found.run)}: rows it learns (dashed)`, colour: `c${n + 1}`, dashed: true, points: pointsOf(found.learned) },
    ]);
    const [one] = shown;
    return html`<section class="card section" aria-label="Curves">
      <div class="title-line"><h2>How far its replies are from the right ones</h2><p class="small quiet push">lower is better; pick runs below to compare</p></div>
      <line-chart label="Distance from the right replies by step" .series=${series} .named=${(step) => `step ${step}`} .format=${(value) => value.toFixed(2)} height="240"></line-chart>
      ${
        shown.length === 1 && (one.findings.length || one.example)
          ? html`<div>
              ${one.findings.length ? html`<details><summary>What the curve says</summary><ul class="said">${one.findings.map((finding) => html`<li>${finding}</li>`)}</ul></details>` : nothing}
              ${one.example ? html`<details><summary>One row as it was learned</summary><pre class="words small">${one.example}</pre></details>` : nothing}
            </div>`
          : nothing
      }
    </section>`;
  }

  #table(runs) {
    return html`<section class="card section" aria-label="Runs">
      <h2>Runs</h2>
      <ul class="lines runs">${repeat(runs, ({ id }) => id, (run) => this.#run(run))}</ul>
    </section>`;
  }

  #run(run) {
    const place = this.picked.indexOf(run.id);
    const about = [run.recipe, run.base, run.minutes ? `${run.minutes} min` : "", run.rows, `by ${run.actor}`].filter(Boolean);
    return html`<li>
      <label class="tick c${place + 1}" title="Show its curve">
        <input type="checkbox" .checked=${place >= 0} ?disabled=${!run.steps} aria-label="Show the curve of ${nameOf(run)}" @change=${(event) => this.#toggled(run.id, event.target.checked)}>
        <span class="dot" ?hidden=${place < 0}></span><span class="small" ?hidden=${!run.steps}>curve</span>
      </label>
      <div class="grow">
        <div class="row"><strong><time datetime=${run.started_at} title=${inFull(run.started_at)}>${moment(run.started_at)}</time></strong> <span class="badge ${TONES[run.status]}">${STATUSES[run.status]}</span></div>
        <p class="small quiet">${about.join(" · ")}</p>
      </div>
      <div class="grow outcome">
        ${run.version ? html`<a href="versions?version=${encodeURIComponent(run.version)}">${run.title}</a> ${run.decision ? html`<span class="badge ${run.decision === "hold" ? "uncertain" : "mine"}">${DECISIONS[run.decision]}</span>` : nothing}` : nothing}
        <p class="small quiet">${run.version ? run.learned : run.outcome || (run.stopping ? stopping(run) : run.phase)}</p>
      </div>
    </li>`;
  }

  #toggled(run, on) {
    this.#pick(on ? [...this.picked, run] : this.picked.filter((one) => one !== run));
  }

  #start = async (event) => {
    event.preventDefault();
    const asked = new FormData(event.target);
    const minutes = asked.get("minutes");
    const body = { recipe: asked.get("recipe"), base: this.base, minutes: minutes ? Number(minutes) : null };
    await this.#done(() => this.console.post("training/runs", body), "It has begun. People can keep chatting meanwhile.");
  };

  #goOn(run) {
    return this.#done(() => this.console.post(`training/runs/${encodeURIComponent(run.id)}/go-on`), "It goes on where it was stopped.");
  }

  #stop = async () => {
    const text = "It ends after the step under way, which may take some minutes. What it has learned until then is kept: the next run can go on from there.";
    const yes = await this.console.ask({ title: "Stop this training?", text, yes: "Stop it", no: "Let it go on", danger: true });
    if (yes === undefined) return;
    await this.#done(() => this.console.post("training/stop"), "It stops after the step under way. Its checkpoint is kept: the next run can go on from it.");
  };

  async #done(act, words) {
    const found = await this.console.tried(act, words);
    if (found) this.data = found;
    await this.#readAll();
  }
}

function nameOf(run) {
  return run.title || moment(run.started_at);
}

function pointsOf(pairs) {
  return pairs.map(([x, y]) => ({ x, y }));
}

/** What happens to a run that was asked to stop. */
function stopping({ stopped_by: by }) {
  return `${by ? `${by} asked it to stop: it` : "It"} ends after the step under way, which may take some minutes; its checkpoint is kept.`;
}

/** What a base needs, in words. */
function needs({ memory_gb: memory, disk_gb: disk, licence, reads }) {
  const told = memory ? `It needs ${memory} GB of memory and ${disk} GB of disk (${licence}). ` : "";
  return `${told}${reads ? "It words its answers from the passages that it reads." : "It quotes passages."}`;
}

/** The bases that cannot be taken, each with why. */
function refusedBases(bases) {
  const refused = bases.filter(({ missing }) => missing);
  if (!refused.length) return nothing;
  return html`<details class="small"><summary>Bases that cannot be taken</summary><ul class="said">${refused.map(({ name, missing }) => html`<li><strong>${name}</strong> ${missing}</li>`)}</ul></details>`;
}

function counted(number, noun) {
  return html`<strong>${number.toLocaleString()}</strong> ${noun}${number === 1 ? "" : "s"}`;
}

function tally(title, counts) {
  const told = Object.entries(counts).filter(([, count]) => count).toSorted(([, one], [, other]) => other - one);
  if (!told.length) return nothing;
  return html`<table><caption>${title}</caption><tbody>${told.map(([name, count]) => html`<tr><th scope="row">${name}</th><td class="number">${count.toLocaleString()}</td></tr>`)}</tbody></table>`;
}

customElements.define("operate-training", Training);
