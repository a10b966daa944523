// The canned replies: to choose one, to write a new one, to change or delete one.

import { Dialog } from "../shared/dialogs.js";
import { html, nothing } from "../shared/lit.js";
import { KNOWN, matching } from "./placeholders.js";

class CannedReplies extends Dialog {
  static properties = { inbox: { attribute: false }, wanted: { state: true }, edited: { state: true } };

  constructor() {
    super();
    this.wanted = "";
    this.edited = null;
  }

  view() {
    return this.framed("Canned replies", this.edited ? this.#form() : this.#list(), () => (this.edited = null));
  }

  #list() {
    const { canned } = this.inbox.desk;
    const found = matching(canned, this.wanted);
    return html`
      <label class="field"><span class="only-read">Search</span>
        <input type="search" placeholder="Search" autofocus .value=${this.wanted} @input=${(event) => (this.wanted = event.target.value)}
          @keydown=${(event) => this.#chosen(event, found)} /></label>
      ${
        found.length
          ? html`<ul class="canned">
              ${found.map(
                (one) => html`<li>
                  <button class="plain grow" @click=${() => this.#use(one)}><strong>/${one.name}</strong><span class="clip quiet">${one.text}</span></button>
                  <button class="plain" aria-label="Change ${one.name}" @click=${() => this.#edit(one)}>Change</button>
                </li>`,
              )}
            </ul>`
          : html`<p class="quiet">${canned.length ? "None fits." : "There are none yet. Write down what you send often."}</p>`
      }
      <div class="foot"><button @click=${() => this.#edit({ name: "", text: this.inbox.draftedReply() })}>New canned reply</button></div>
    `;
  }

  #form() {
    const { name, text } = this.edited;
    const words = KNOWN.map((word) => html`<code>{${word}}</code> `);
    return html`<form class="stack" @submit=${this.#save}>
      <label class="field">Name, typed after “/”<input name="name" required maxlength="40" pattern="[^\\s\\/]+" title="one word" .value=${name} ?readonly=${name} /></label>
      <label class="field">Text<textarea name="text" rows="6" required .value=${text}></textarea>
        <small>Filled in by itself: ${words}. Other words in braces, such as <code>{order number}</code>, are asked for before it is sent.</small></label>
      <div class="foot">
        ${name ? html`<button type="button" class="danger" @click=${() => this.#remove(name)}>Delete</button>` : nothing}
        <button type="button" class="push" @click=${() => this.#edit(null)}>Back</button>
        <button class="main">Save</button>
      </div>
    </form>`;
  }

  /** Show one to be changed, or all of them; the cursor is where one types. */
  async #edit(one) {
    this.edited = one;
    await this.updateComplete;
    this.frame.querySelector("input:not([readonly]), textarea").focus();
  }

  #chosen(event, found) {
    if (event.key !== "Enter" || event.isComposing || !found.length) return;
    event.preventDefault(); // the field that is typed in next would get it
    this.#use(found[0]);
  }

  #use(one) {
    this.close();
    this.inbox.insert(one.text);
  }

  async #save(event) {
    event.preventDefault();
    const { name, text } = event.target.elements;
    const { acts, api } = this.inbox;
    if (await acts.tried(() => api.putCanned(name.value, text.value))) await this.#again();
  }

  async #remove(name) {
    const { acts, api } = this.inbox;
    const { text } = this.edited;
    const undo = () => acts.tried(() => api.putCanned(name, text)).then(() => this.#again());
    if (await acts.tried(() => api.removeCanned(name), `“${name}” deleted.`, undo)) await this.#again();
  }

  async #again() {
    await this.inbox.readDesk();
    await this.#edit(null);
  }
}

customElements.define("canned-replies", CannedReplies);
