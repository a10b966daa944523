// Where an agent writes: to the visitor, or a note to colleagues; what is typed is kept with every letter.

import { Element } from "../shared/element.js";
import { html, live, nothing } from "../shared/lit.js";
import { filled, firstOpen, matching } from "./placeholders.js";

const TYPING_EVERY_MS = 3000;
const CANNED = /^\/(\S*)$/;
const MENTION = /(?:^|\s)@([\p{L}\p{N}._-]*)$/u;

class CaseComposer extends Element {
  static properties = {
    inbox: { attribute: false },
    kind: { state: true },
    sending: { state: true },
    drafting: { state: true },
    picked: { state: true },
  };

  #typingTold = 0;

  constructor() {
    super();
    Object.assign(this, { kind: "reply", sending: false, drafting: false, picked: 0 });
  }

  connectedCallback() {
    for (const model of [this.inbox.opened, this.inbox]) this.follow(model);
    super.connectedCallback();
  }

  get field() {
    return this.querySelector("textarea");
  }

  get text() {
    return this.inbox.drafts.get(this.inbox.opened.id, this.kind) ?? "";
  }

  /** Write to the visitor ("reply") or to colleagues ("note"). */
  async write(kind) {
    this.kind = kind;
    await this.updateComplete;
    this.field.focus();
  }

  /** Send what is typed, as its button does. */
  send() {
    this.querySelector("form")?.requestSubmit();
  }

  view() {
    const { opened, me } = this.inbox;
    if (!opened.whole) return nothing;
    const { case: one } = opened.whole;
    const mine = one.status === "held" && one.holder === me.id;
    const toVisitor = this.kind === "reply";
    const offers = this.#offers();
    return html`<form class="composer ${this.kind}" @submit=${this.#submit}>
      <div class="row kinds" role="group" aria-label="Write to">
        ${this.#kind("reply", "To the visitor", "r")} ${this.#kind("note", "Note to colleagues", "n")}
        <button type="button" class="plain push" title="The assistant writes an answer from the articles into the field; nothing is sent before you do" ?disabled=${this.drafting || !toVisitor} @click=${() => this.draft()}>
          ${this.drafting ? "Writing a draft …" : html`Draft <kbd>d</kbd>`}
        </button>
        <button type="button" class="plain" @click=${() => this.inbox.ask("canned")}>Canned <kbd>i</kbd></button>
      </div>
      ${offers.length ? this.#menu(offers) : nothing}
      <textarea
        rows="3"
        aria-label=${toVisitor ? "Message to the visitor" : "Note to colleagues"}
        placeholder=${toVisitor ? "Write to the visitor; / for canned replies" : "Only colleagues read this; @name calls one of them"}
        .value=${live(this.text)}
        @input=${this.#typed}
        @keydown=${(event) => this.#key(event, offers)}
      ></textarea>
      <div class="row">
        <span class="small quiet">${this.#hint(one, mine, toVisitor)}</span>
        <button class="main push" ?disabled=${this.sending || !this.text.trim()}>
          ${toVisitor ? (mine ? "Send" : "Claim and send") : "Add note"} <kbd>Ctrl ↵</kbd>
        </button>
      </div>
    </form>`;
  }

  #kind(kind, words, key) {
    return html`<button type="button" class="plain" aria-pressed=${this.kind === kind} @click=${() => this.write(kind)}>${words} <kbd>${key}</kbd></button>`;
  }

  #hint(one, mine, toVisitor) {
    if (!toVisitor) return "";
    const open = firstOpen(this.text);
    if (open) return html`<span class="wrong-words">Fill in ${this.text.slice(...open)} first.</span>`;
    if (mine) return "";
    return one.status === "held" ? `${one.holder_name} holds this chat.` : "The bot falls silent once you claim.";
  }

  /** What stands to choose for what is being typed: canned replies after "/", colleagues after "@". */
  #offers() {
    const { desk } = this.inbox;
    const canned = this.kind === "reply" && this.text.match(CANNED);
    if (canned) {
      return matching(desk.canned, canned[1]).slice(0, 6).map(({ name, text }) => ({ name, about: text, put: () => this.#put(this.#filled(text)) }));
    }
    const mention = this.kind === "note" && this.text.match(MENTION);
    if (mention) {
      const start = this.text.length - mention[1].length;
      const called = desk.staff.filter(({ name }) => name.toLowerCase().startsWith(mention[1].toLowerCase()) && name !== mention[1]);
      return called.slice(0, 6).map(({ name, role }) => ({ name: `@${name}`, about: role, put: () => this.#put(`${this.text.slice(0, start)}${name} `) }));
    }
    return [];
  }

  #menu(offers) {
    const picked = Math.min(this.picked, offers.length - 1);
    return html`<ul class="offers" role="listbox" aria-label="To choose">
      ${offers.map(
        ({ name, about, put }, at) => html`<li role="option" aria-selected=${at === picked} @click=${put}>
          <strong>${name}</strong> <span class="clip quiet">${about}</span>
        </li>`,
      )}
    </ul>`;
  }

  #filled(text) {
    const { desk, opened } = this.inbox;
    return filled(text, { agent: desk.me.name, shop: desk.title, title: opened.whole.case.title, date: new Date().toLocaleDateString() });
  }

  /** Put a text into the field, ready to be edited at the first place that is to be filled in. */
  async #put(text) {
    this.#keep(text);
    await this.updateComplete;
    const { field } = this;
    field.focus();
    field.setSelectionRange(...(firstOpen(text) ?? [text.length, text.length]));
  }

  insert(text) {
    this.kind = "reply";
    return this.#put(this.#filled(text));
  }

  #typed(event) {
    this.picked = 0;
    this.#keep(event.target.value);
    const now = Date.now();
    if (now - this.#typingTold > TYPING_EVERY_MS) {
      this.#typingTold = now;
      if (this.kind === "reply") this.inbox.tellTyping();
    }
  }

  #keep(text) {
    this.inbox.drafts.put(this.inbox.opened.id, this.kind, text);
    this.requestUpdate();
  }

  #key(event, offers) {
    const picked = Math.min(this.picked, offers.length - 1);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Enter" && event.altKey) {
      event.preventDefault();
      this.draft();
    } else if (offers.length && (event.key === "Enter" || event.key === "Tab")) {
      event.preventDefault();
      offers[picked].put();
    } else if (offers.length && event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.picked = (picked + (event.key === "ArrowUp" ? offers.length - 1 : 1)) % offers.length;
    }
  }

  async #submit(event) {
    event.preventDefault();
    const { opened, acts, drafts, me } = this.inbox;
    const { id, whole } = opened;
    const { kind, text } = this;
    if (this.sending || !text.trim()) return;
    const open = kind === "reply" && firstOpen(text);
    if (open) {
      this.field.focus();
      this.field.setSelectionRange(...open);
      return;
    }
    if (kind === "reply" && whole.case.status === "held" && whole.case.holder !== me.id) {
      this.inbox.ask("over");
      return;
    }
    this.sending = true;
    const sent = await (kind === "reply" ? acts.send(text, id) : acts.note(text, id));
    this.sending = false;
    if (sent && drafts.get(id, kind) === text) drafts.drop(id, kind);
    this.requestUpdate();
  }

  /** Have the model write what an agent could send; what stands in the field already comes back by undo. */
  async draft() {
    const { opened, acts, api, drafts } = this.inbox;
    const { id } = opened;
    if (this.drafting) return;
    this.kind = "reply";
    this.drafting = true;
    const before = this.text;
    const answer = await acts.tried(() => api.act(id, "draft"));
    this.drafting = false;
    if (!answer) return;
    drafts.put(id, "reply", answer.text);
    const undo = () => {
      drafts.put(id, "reply", before);
      this.requestUpdate();
    };
    this.inbox.say("A draft by the model, checked against the articles. Read it before you send it.", { undo: before.trim() ? undo : null });
    if (opened.id === id) await this.#put(answer.text);
  }
}

customElements.define("case-composer", CaseComposer);
