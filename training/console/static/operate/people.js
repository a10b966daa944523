// Who may sign in and as what, where they are signed in, and which programs have keys.

import { Dialog } from "../shared/dialogs.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment, since } from "../shared/times.js";
import { Tab } from "./tab.js";

const ROLES = { agent: "Agent: works in the inbox", operator: "Operator: also trains, changes and decides" };
const KEY_ROLES = { app: "App: speaks for its visitors", agent: "Agent: grades and corrects too", operator: "Operator: sees everything" };
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

class People extends Tab {
  opened() {
    this.read(() => this.console.get("people/staff"));
  }

  drawn() {
    const { people, keys } = this.data;
    return html`
      <section class="section">
        <div class="title-line"><h2>People</h2><button class="main push" @click=${() => this.#form("person")}>Add somebody</button></div>
        <div class="card"><ul class="lines">${people.map((person) => this.#person(person))}</ul></div>
      </section>
      <section class="section">
        <div class="title-line"><h2>Keys</h2><button class="push" @click=${() => this.#form("key")}>New key</button></div>
        <p class="quiet">A program that calls <code>/v1</code> shows a key. Until there is one, whatever is sent as a key is ignored.</p>
        ${keys.length ? html`<div class="card"><ul class="lines">${keys.map((key) => this.#key(key))}</ul></div>` : html`<p class="quiet">No keys yet.</p>`}
      </section>
      <people-form .console=${this.console} .onDone=${(staff) => (this.data = staff)}></people-form>
    `;
  }

  #person(person) {
    const { name, role, me, disabled, provider, codes, sign_ins: signIns } = person;
    return html`<li class=${disabled ? "off" : ""}>
      <div class="grow">
        <b>${name}</b> ${me ? html`<span class="badge">you</span>` : nothing}
        <span class="badge ${role === "operator" ? "mine" : ""}">${role}</span>
        ${disabled ? html`<span class="badge disliked">cannot sign in</span>` : nothing}
        <small class="quiet">${provider ? "signs in through your provider" : codes ? "password and codes" : "password alone"}</small>
        <details class="small sign-ins"><summary>${signedIn(signIns)}</summary>
          <ul>${signIns.map((one) => html`<li>${one.browser} <span class="quiet">${one.address} · <time datetime=${one.begun_at} title=${inFull(one.begun_at)}>since ${moment(one.begun_at)}</time>, seen ${since(one.seen_at)} ago</span></li>`)}</ul>
        </details>
      </div>
      <button @click=${() => this.#form("acts", person)} aria-label="Change ${name}">Change</button>
    </li>`;
  }

  #key({ name, role, created_at: made }) {
    return html`<li>
      <span class="grow"><b>${name}</b> <span class="badge">${role}</span> <small class="quiet">made <time datetime=${made} title=${inFull(made)}>${moment(made)}</time></small></span>
      <button @click=${() => this.#revoke(name, role)} aria-label="Revoke ${name}">Revoke</button>
    </li>`;
  }

  async #revoke(name, role) {
    const yes = await this.console.ask({ title: `Revoke the key ${name}?`, text: "The program that shows it is refused from then on. It cannot be taken back: make another key instead.", yes: "Revoke it", danger: true });
    if (yes === undefined) return;
    const staff = await this.console.tried(() => this.console.post("people/keys/revoke", { name, role }), `${name} is revoked.`);
    if (staff) this.data = staff;
  }

  #form(kind, person) {
    this.querySelector("people-form").begin(kind, person);
  }
}

class PeopleForm extends Dialog {
  static properties = { console: { attribute: false }, onDone: { attribute: false }, kind: { state: true }, person: { state: true }, fault: { state: true }, token: { state: true }, password: { state: true } };

  constructor() {
    super();
    this.kind = "";
    this.fault = "";
    this.token = "";
    this.password = "";
  }

  async begin(kind, person = null) {
    Object.assign(this, { kind, person, fault: "", token: "", password: "" });
    await this.open();
    this.querySelector("form")?.reset();
    this.querySelector("input, button:not([aria-label])")?.focus();
  }

  view() {
    const drawn = { person: () => this.#newPerson(), key: () => this.#newKey(), acts: () => this.#acts() }[this.kind];
    const titles = { person: "Add somebody", key: this.token ? "Your new key" : "New key", acts: this.person?.name };
    return this.framed(titles[this.kind] ?? "", html`${this.fault ? html`<p class="told wrong" role="alert">${this.fault}</p>` : nothing}${drawn ? drawn() : nothing}`, () => Object.assign(this, { token: "", password: "" }));
  }

  #newPerson() {
    return html`<form class="stack" autocomplete="off" @submit=${(event) => this.#sent(event, "people/add", "can sign in")}>
      <label class="field">Name<input name="name" required maxlength="64" autocomplete="off"></label>
      ${choice(ROLES, "agent")}${this.#passwordField()}
      <div class="foot"><button class="main">Add</button></div>
    </form>`;
  }

  #passwordField(label = "Password") {
    return html`<div class="row at-end"><label class="field grow">${label}<input name="password" required minlength="12" type=${this.password ? "text" : "password"} autocomplete="new-password" .value=${this.password}></label>
      <button type="button" @click=${() => (this.password = invented())}>Make one up</button></div>
      <p class="quiet small">${this.password ? "Note it now and give it to them: it is shown this once." : "At least 12 characters. They change it under their name, at the top right."}</p>`;
  }

  #newKey() {
    if (this.token)
      return html`<p>Note it now: it is shown this once, and nobody can look it up again.</p>
        <p class="key-shown"><code>${this.token}</code></p>
        <div class="foot"><button class="main" @click=${this.#copy}>Copy</button><button @click=${() => this.close()}>Done</button></div>`;
    return html`<form class="stack" @submit=${(event) => this.#sent(event, "people/keys")}>
      <label class="field">Name<input name="name" required maxlength="64" placeholder="The program that will show it"></label>
      ${choice(KEY_ROLES, "app")}
      <div class="foot"><button class="main">Make the key</button></div>
    </form>`;
  }

  #acts() {
    const { id, name, role, disabled, codes, provider, sign_ins: signIns } = this.person;
    const other = role === "agent" ? "operator" : "agent";
    const act = (path, done, body) => () => this.#do(`people/${id}/${path}`, body, done);
    return html`
      <ul class="lines">
        <li><span class="grow">${name} is an ${role}.</span><button @click=${act("role", `is an ${other} now`, { role: other })}>Make them an ${other}</button></li>
        <li><span class="grow">${signedIn(signIns)}.</span><button ?disabled=${!signIns.length} @click=${act("sign-out", "is signed out everywhere")}>Sign out everywhere</button></li>
        ${codes ? html`<li><span class="grow">Gives codes from an app.</span><button @click=${act("reset-codes", "signs in by password alone")}>Ask for no codes</button></li>` : nothing}
        <li><span class="grow">${disabled ? "Cannot sign in." : "Keep them out until you let them in again."}</span><button @click=${act(disabled ? "enable" : "disable", disabled ? "can sign in again" : "cannot sign in any more")}>${disabled ? "Let them in" : "Keep them out"}</button></li>
        <li><span class="grow">Their ratings and answers stay.</span><button class="danger" @click=${() => this.#remove()}>Remove the account</button></li>
      </ul>
      ${provider ? nothing : html`<form class="stack" autocomplete="off" @submit=${(event) => this.#sent(event, `people/${id}/password`, "has another password")}>${this.#passwordField("Another password")}<div class="foot"><button>Set this password</button></div></form>`}
    `;
  }

  async #remove() {
    const { id, name } = this.person;
    this.close();
    const yes = await this.console.ask({ title: `Remove ${name}?`, text: "Their account is deleted and they are signed out everywhere. What they rated and approved stays.", yes: "Remove the account", danger: true });
    if (yes === undefined) return;
    const staff = await this.console.tried(() => this.console.post(`people/${id}/remove`), `${name} is removed.`);
    if (staff) this.onDone(staff);
  }

  async #sent(event, path, done = "") {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.target));
    const name = this.person?.name ?? given.name;
    await this.#do(path, given, done, name);
  }

  async #do(path, body, done, name = this.person.name) {
    try {
      const found = await this.console.post(path, body);
      this.fault = "";
      this.onDone(found.staff ?? found);
      if (found.token) {
        this.token = found.token;
        return;
      }
      this.close();
      this.console.say(`${name} ${done}.`);
    } catch (fault) {
      this.fault = fault.message;
    }
  }

  #copy = async () => {
    await navigator.clipboard.writeText(this.token);
    this.console.say("Copied.");
  };
}

function choice(roles, chosen) {
  return html`<label class="field">Role<select name="role">${Object.entries(roles).map(([name, words]) => html`<option value=${name} ?selected=${name === chosen}>${words}</option>`)}</select></label>`;
}

function signedIn({ length }) {
  return length ? `Signed in in ${length === 1 ? "one browser" : `${length} browsers`}` : "Signed in nowhere";
}

function invented() {
  const numbers = crypto.getRandomValues(new Uint32Array(20));
  const letters = [...numbers].map((number) => LETTERS[number % LETTERS.length]);
  return [0, 5, 10, 15].map((at) => letters.slice(at, at + 5).join("")).join("-");
}

customElements.define("operate-people", People);
customElements.define("people-form", PeopleForm);
