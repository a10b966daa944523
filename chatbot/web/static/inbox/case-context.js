// The right pane: what the reply that is looked at rests on, labels, and who the visitor is.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { addressOf } from "./address.js";

const RULED = new Set(["handoff", "refuse", "decline", "ask", "chat"]);

class CaseContext extends Element {
  static properties = { inbox: { attribute: false } };

  connectedCallback() {
    this.follow(this.inbox.opened);
    super.connectedCallback();
  }

  view() {
    const { opened } = this.inbox;
    if (!opened.whole) return nothing;
    return html`
      <div class="row context-head">
        <button class="bare" aria-label="Back to the conversation" @click=${() => this.inbox.show("talk")}>${icon("back")}</button>
        <h2>About this chat</h2>
      </div>
      ${this.#labels(opened.whole.case)} ${this.#reply(opened.reply)} ${this.#person(opened.whole)}
    `;
  }

  #labels({ labels }) {
    return html`<section aria-label="Labels">
      <h3>Labels</h3>
      <div class="row" ?hidden=${!labels.length}>
        ${labels.map((label) => html`<button class="small chip-button" aria-label="Take off the label ${label}" @click=${() => this.inbox.acts.unlabel(label)}>${label} ✕</button>`)}
      </div>
      <form class="row" @submit=${this.#label}>
        <label class="grow"><span class="only-read">New label</span><input name="label" id="label" list="labels" maxlength="40" autocomplete="off" placeholder="Add a label" /></label>
        <datalist id="labels">${this.inbox.desk.labels.map((label) => html`<option value=${label}></option>`)}</datalist>
        <button>Add</button>
      </form>
    </section>`;
  }

  async #label(event) {
    event.preventDefault();
    const field = event.target.elements.label;
    if (field.value.trim() && (await this.inbox.acts.label(field.value.trim()))) field.value = "";
  }

  #reply(reply) {
    if (!reply || reply.role !== "assistant") return nothing;
    const shown = reply.sources;
    return html`<section aria-label="Sources">
        <h3>What the bot was shown</h3>
        ${
          shown.length
            ? html`<ol class="passages">
                ${shown.map(
                  (passage) => html`<li class=${passage.used ? "used" : ""}>
                    <span class="line"><strong class="grow">${passage.title}</strong><span class="figures small quiet" title="Similarity to the question">${passage.score.toFixed(2)}</span></span>
                    <meter min="0" max="1" value=${Math.max(0, Math.min(1, passage.score))} aria-label="Similarity"></meter>
                    ${passage.query ? html`<span class="small quiet">asked “${passage.query}”</span>` : nothing}
                    <p class="words small">${passage.text}</p>
                    ${passage.used ? html`<span class="badge mine">the reply rests on this</span>` : nothing}
                  </li>`,
                )}
              </ol>`
            : html`<p class="quiet small">${RULED.has(reply.act) ? "Nothing was looked up for this reply." : "No passage was near enough to the question."}</p>`
        }
      </section>
      <section aria-label="How the reply came about">
        <h3>How it came about</h3>
        <dl class="facts">
          ${fact("Rule", reply.rule && html`<code>${reply.rule}</code>`)} ${fact("Did", reply.act)} ${fact("Check", reply.check_words)}
          ${fact("Refused", reply.refused.join(", "))} ${fact("Version", reply.version && html`<code>${reply.version}</code>`)}
        </dl>
      </section>`;
  }

  #person({ case: one, person }) {
    return html`<section aria-label="The visitor">
      <h3>The visitor</h3>
      <dl class="facts">
        ${fact("Now", one.there ? "on the page" : "has left the page")} ${fact("Answer to", one.contact)}
        ${fact("Known since", html`<time datetime=${person.created_at} title=${inFull(person.created_at)}>${moment(person.created_at)}</time>`)}
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

function fact(name, value) {
  return value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing;
}

customElements.define("case-context", CaseContext);
