// The audit log in words: who did what, when and from where; by person, by sort and by day.

import { html, nothing } from "../shared/lit.js";
import { edgeOfDay, inFull, moment } from "../shared/times.js";
import { Tab, empty } from "./tab.js";

const SORTS = { accounts: "Accounts and keys", chats: "Chats", knowledge: "Knowledge", versions: "Training and versions", system: "Settings and system" };
const FILTERS = ["who", "what", "since", "until"];

class Log extends Tab {
  #actors = [];

  async opened(parameters) {
    this.wanted = Object.fromEntries(FILTERS.map((name) => [name, parameters.get(name) ?? ""]));
    const afresh = !Object.values(this.wanted).some(Boolean);
    if (afresh || !this.#actors.length) this.#actors = (await this.console.tried(() => this.console.get("log/actors"))) ?? [];
    await this.read(() => this.#asked());
  }

  #asked(before) {
    const { who, what, since, until } = this.wanted;
    const asked = { who, what, since: edgeOfDay(since), until: edgeOfDay(until, true), before };
    return this.console.get("log", Object.fromEntries(Object.entries(asked).filter(([, value]) => value)));
  }

  drawn() {
    const { lines, next } = this.data;
    const filtered = Object.values(this.wanted).some(Boolean);
    return html`<section class="section" aria-labelledby="log">
      <div class="title-line"><h2 id="log">What was done</h2><a class="button push" href="api/log/export" download>Download all of it</a></div>
      <p class="quiet">What the staff and the system did, the latest first. Entries are never changed or removed: <code>python -m chatbot audit verify</code> tells whether they are as they were written.</p>
      ${this.#filters(filtered)}
      ${lines.length ? html`<ol class="log card">${lines.map(row)}</ol>` : this.#none(filtered)}
      ${next ? html`<div><button @click=${() => this.#more(next)}>Show earlier ones</button></div>` : nothing}
    </section>`;
  }

  #filters(filtered) {
    const { who, what, since, until } = this.wanted;
    return html`<div class="row filters">
      <label class="field">Who<select @change=${(event) => this.#filter("who", event)}>
        <option value="">Everybody</option>
        ${this.#actors.map(({ actor, name }) => html`<option value=${actor} ?selected=${actor === who}>${name}</option>`)}
      </select></label>
      <label class="field">What<select @change=${(event) => this.#filter("what", event)}>
        <option value="">Everything</option>
        ${Object.entries(SORTS).map(([sort, words]) => html`<option value=${sort} ?selected=${sort === what}>${words}</option>`)}
      </select></label>
      <label class="field">From<input type="date" .value=${since} @change=${(event) => this.#filter("since", event)}></label>
      <label class="field">To<input type="date" .value=${until} @change=${(event) => this.#filter("until", event)}></label>
      ${filtered ? html`<button @click=${() => this.console.go("log")}>Show all</button>` : nothing}
    </div>`;
  }

  #none(filtered) {
    return filtered
      ? empty("Nothing of that was done", "Choose other days, somebody else, or everything.")
      : empty("Nothing was done yet", "Sign-ins, changes, trainings, promotions and takeovers are listed here as they happen.");
  }

  #filter(name, { target }) {
    const chosen = Object.entries({ ...this.wanted, [name]: target.value }).filter(([, value]) => value);
    this.console.go(chosen.length ? `log?${new URLSearchParams(chosen)}` : "log");
  }

  async #more(next) {
    const more = await this.console.tried(() => this.#asked(next));
    if (more) this.data = { ...more, lines: [...this.data.lines, ...more.lines] };
  }
}

function row({ when, who, what, address, conversation, times }) {
  const from = address ? `from ${address === "terminal" ? "a terminal" : address}` : "";
  return html`<li>
    <time class="small quiet" datetime=${when} title=${inFull(when)}>${moment(when)}</time>
    <span><strong>${who}</strong> ${what}${times > 1 ? html` <strong>× ${times}</strong>` : nothing}
      ${conversation ? html`<a href="../review/?case=${conversation}&status=all">Read the chat</a>` : nothing}</span>
    <span class="small quiet">${from}</span>
  </li>`;
}

customElements.define("operate-log", Log);
