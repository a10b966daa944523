// The right pane: labels, why the reply that is looked at says what it says, and who the visitor is.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { addressOf, cleared } from "./address.js";
import { fact } from "./case-why.js";

class CaseContext extends Element {
  static properties = { inbox: { attribute: false } };

  connectedCallback() {
    this.follow(this.inbox.opened);
    super.connectedCallback();
  }

  /** Put the cursor where a label is added, on a phone too. */
  async focusLabel() {
    const field = this.querySelector("#label");
    if (!field.checkVisibility()) {
      this.inbox.show("context");
      await new Promise(requestAnimationFrame);
    }
    field.focus();
  }

  view() {
    const { opened } = this.inbox;
    if (!opened.whole) return nothing;
    return html`
      <div class="row context-head">
        <button class="bare" aria-label="Back to the conversation" @click=${() => this.inbox.show("talk")}>${icon("back")}</button>
        <h2>About this chat</h2>
      </div>
      ${this.#labels(opened.whole.case)} ${opened.reply?.role === "assistant" ? html`<case-why .inbox=${this.inbox} .reply=${opened.reply}></case-why>` : nothing} ${this.#person(opened.whole)}
    `;
  }

  #labels({ labels }) {
    return html`<section aria-label="Labels">
      <h3>Labels</h3>
      <div class="row" ?hidden=${!labels.length}>
        ${labels.map(
          (label) => html`<span class="chip-pair">
            <button class="small" title="All chats with this label" @click=${() => this.inbox.narrow({ ...cleared(), label, status: "all" })}>${label}</button>
            <button class="bare" aria-label="Take off the label ${label}" title="Take it off" @click=${() => this.inbox.acts.unlabel(label)}>${icon("close")}</button>
          </span>`,
        )}
      </div>
      <form class="row" @submit=${this.#label}>
        <label class="grow"><span class="only-read">New label</span><input name="label" id="label" list="labels" autocomplete="off" placeholder="Add a label" /></label>
        <datalist id="labels">${this.inbox.desk.labels.map((label) => html`<option value=${label}></option>`)}</datalist>
        <button>Add</button>
      </form>
    </section>`;
  }

  async #label(event) {
    event.preventDefault();
    const field = event.target.elements.label;
    if (await this.inbox.acts.label(field.value)) field.value = "";
  }

  #person({ case: one, person }) {
    return html`<section aria-label="The visitor">
      <h3>The visitor</h3>
      <dl class="facts">
        ${fact("Now", one.there ? "on the page" : "has left the page")} ${fact("Answer to", one.contact)}
        ${fact("Known since", html`<time datetime=${person.created_at} title=${inFull(person.created_at)}>${moment(person.created_at)}</time>`)}
        ${person.remembered.map(({ label, value }) => fact(capital(label), html`<span class="words">${value}</span>`))}
        ${fact("Learning", person.consent ? "agreed: this chat may be learned from" : "not agreed: nothing of this chat is learned from")}
      </dl>
      ${
        person.others.length
          ? html`<h4 class="small">Other chats of theirs</h4>
              <ul class="others">
                ${person.others.map(
                  ({ conversation, title, updated_at }) => html`<li>
                    <a href=${addressOf({ filter: this.inbox.filter, chosen: conversation })} @click=${(event) => this.#open(event, conversation)}
                      ><span class="clip">${title}</span><span class="small quiet">${moment(updated_at)}</span></a
                    >
                  </li>`,
                )}
              </ul>`
          : nothing
      }
    </section>`;
  }

  #open(event, id) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.inbox.open(id);
  }
}

function capital(word) {
  return word[0].toUpperCase() + word.slice(1);
}

customElements.define("case-context", CaseContext);
