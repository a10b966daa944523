// All settings with where they come from; those that are read whenever they are used can be changed here.

import { html, live, nothing } from "../shared/lit.js";
import { Tab } from "./tab.js";

const GROUPS = {
  Answers: {
    check: "Check what a reply states",
    passages: "Passages to answer from",
    min_score: "Lowest score of a passage",
    best_of: "Replies to choose from",
    max_new_tokens: "Longest reply",
    temperature: "Temperature",
    top_p: "Share of probability",
    repetition_penalty: "Penalty on repetition",
  },
  "How often": {
    message_rate: "Messages of a visitor",
    feedback_rate: "Opinions of a visitor",
    people_per_address: "People behind one address",
    api_rate: "Calls of a program",
    api_open: "Programs need no key",
  },
  "Keeping and learning": { retention_days: "Days that chats are kept", recipe: "Recipe of a training" },
};
const GROUPED = new Set(Object.values(GROUPS).flatMap(Object.keys));

class Settings extends Tab {
  static properties = { sought: { state: true }, typed: { state: true } };

  constructor() {
    super();
    this.sought = "";
    this.typed = {};
  }

  connectedCallback() {
    super.connectedCallback();
    this.console.happenings.addEventListener("setting", this.#changed);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.console.happenings.removeEventListener("setting", this.#changed);
  }

  #changed = () => this.opened();

  opened() {
    this.read(() => this.console.get("settings/all"));
  }

  drawn() {
    const named = new Map(this.data.map((one) => [one.name, one]));
    const sought = this.sought.trim().toLowerCase();
    const others = this.data.filter(({ name, description, value }) => !GROUPED.has(name) && `${name} ${description} ${value}`.toLowerCase().includes(sought));
    return html`
      <p class="quiet">What is changed here holds from the next message on, is kept in the home of this installation, and stands in the audit log. What the environment or <code>chatbot.toml</code> says stays theirs to say.</p>
      <div class="cards settings-cards">
        ${Object.entries(GROUPS).map(([title, names]) => html`<section class="card stack"><h3>${title}</h3>${Object.entries(names).map(([name, words]) => this.#field(named.get(name), words))}</section>`)}
      </div>
      <section class="section">
        <div class="title-line"><h2>Read at the start</h2><input type="search" class="sought push" placeholder="Search" aria-label="Search settings" .value=${this.sought} @input=${(event) => (this.sought = event.target.value)}></div>
        <p class="quiet small">These are set in the environment or in <code>chatbot.toml</code>, and hold from the next start on.</p>
        <div class="card"><ul class="lines">${others.map((one) => this.#row(one))}</ul>${others.length ? nothing : html`<p class="quiet">Nothing here is called so.</p>`}</div>
      </section>
    `;
  }

  #field(setting, words) {
    const { name, value, usual, flag, changeable, source, where } = setting;
    const typed = this.typed[name] ?? value;
    const dirty = typed !== value;
    const called = html`<span class="strong">${words}</span> <code class="quiet">${name}</code>`;
    const input = flag
      ? html`<label class="tick"><input type="checkbox" ?disabled=${!changeable} .checked=${live(value === "true")} @change=${(event) => this.#put(name, String(event.target.checked))}><span>${called}</span></label>`
      : html`<div class="row at-end"><label class="field grow"><span>${called}</span><input ?disabled=${!changeable} .value=${live(typed)} placeholder=${usual || "as usual"} @input=${(event) => (this.typed = { ...this.typed, [name]: event.target.value })} @keydown=${(event) => event.key === "Enter" && dirty && this.#put(name, typed)}>
</label>
          ${dirty ? html`<button class="main" @click=${() => this.#put(name, typed)}>Save</button>` : nothing}</div>`;
    return html`<div class="setting">
      ${input}
      <p class="quiet small">${described(setting.description)}</p>
      ${changeable ? nothing : html`<p class="small"><span class="badge">set by ${where}</span></p>`}
      ${source === "kept" ? html`<p class="small row"><span class="badge mine">changed here</span><button class="plain line-link" @click=${() => this.#leave(name)}>${usual ? `Back to ${usual}` : "Back to the usual"}</button></p>` : nothing}
    </div>`;
  }

  #row({ name, value, description, source, where }) {
    return html`<li>
      <div class="grow"><code class="strong">${name}</code> ${source === "default" ? nothing : html`<span class="badge">set by ${where}</span>`}<p class="quiet small">${described(description)}</p></div>
      <code class="value">${value || html`<span class="quiet">not set</span>`}</code>
    </li>`;
  }

  async #put(name, value) {
    const found = await this.console.tried(() => this.console.put(`settings/${name}`, { value }), `${name} is ${value || "as usual"} from now on.`);
    this.#take(name, found);
  }

  async #leave(name) {
    const found = await this.console.tried(() => this.console.delete(`settings/${name}`), `${name} is as usual again.`);
    this.#take(name, found);
  }

  #take(name, found) {
    if (found) {
      this.data = found;
      this.typed = Object.fromEntries(Object.entries(this.typed).filter(([one]) => one !== name));
    } else this.requestUpdate();
  }
}

/** A description with its `names` as code. */
function described(text) {
  return text.split("`").map((part, at) => (at % 2 ? html`<code>${part}</code>` : part));
}

customElements.define("operate-settings", Settings);
