// The middle pane: what was said, by whom, what was thought of it, and where an agent writes.

import { Element } from "../shared/element.js";
import { html, nothing, repeat } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { feedbackView } from "./feedback.js";
import { filesView } from "./files.js";
import { inUseView } from "./in-use.js";
import { proposalView } from "./proposal.js";
import { triedWords } from "./reasons.js";

class CaseTalk extends Element {
  static properties = { inbox: { attribute: false } };

  #shown = "";
  #last = "";

  connectedCallback() {
    for (const model of [this.inbox, this.inbox.opened]) this.follow(model);
    super.connectedCallback();
  }

  view() {
    const { opened } = this.inbox;
    if (!opened.id) {
      return html`<div class="empty"><h2>Pick a chat</h2><p>The one that waits longest is first. <kbd>j</kbd> opens the next, <kbd>?</kbd> lists all keys.</p></div>`;
    }
    if (opened.gone) {
      return html`<div class="empty"><h2>This chat is gone</h2><p>Its visitor deleted it, or the address has a mistake.</p>
        <button @click=${() => this.inbox.close()}>Back to the list</button></div>`;
    }
    if (!opened.whole) {
      return opened.fault
        ? html`<div class="empty"><p class="told wrong" role="alert">${opened.fault}</p><button @click=${() => opened.refresh()}>Try again</button></div>`
        : html`<div class="empty" aria-busy="true"><p>Opening …</p></div>`;
    }
    const { whole } = opened;
    return html`
      <case-head .inbox=${this.inbox}></case-head>
      <div class="talk" tabindex="0" role="region" aria-label="The conversation">
        ${this.#handover(whole)}
        <ol>
          ${repeat(this.#entries(whole), ({ id }) => id, (entry) => entry.view)}
        </ol>
        ${opened.visitorTypes ? html`<p class="quiet small typing" role="status">The visitor is writing …</p>` : nothing}
        ${whole.case.status === "held" || whole.case.status === "waiting" ? this.#absence(whole) : nothing}
      </div>
      <case-composer .inbox=${this.inbox}></case-composer>
    `;
  }

  /** Show the reply in question when a case is opened, and what is new as long as the end is on view. */
  updated() {
    const talk = this.querySelector(".talk");
    if (!talk) return;
    const { id, whole } = this.inbox.opened;
    const last = lastOf(whole);
    const [fresh, grown] = [this.#shown !== id, this.#last !== last];
    this.#shown = id;
    this.#last = last;
    if (fresh || grown) requestAnimationFrame(() => this.#scroll(talk, fresh));
  }

  #scroll(talk, fresh) {
    const looking = fresh && talk.querySelector("[data-looked]");
    if (looking) looking.scrollIntoView({ block: "start" });
    else talk.scrollTop = talk.scrollHeight;
  }

  #entries({ messages, notes }) {
    const said = messages.filter(({ content, status }) => content || status === "streaming");
    return [
      ...said.map((message) => ({ id: message.id, at: message.created_at, view: this.#message(message) })),
      ...notes.map((note) => ({ id: note.id, at: note.created_at, view: this.#note(note) })),
    ].toSorted((one, other) => (one.at < other.at ? -1 : 1));
  }

  #message(message) {
    const { opened, me } = this.inbox;
    const judged = message.role !== "user";
    const looked = message.id === opened.looked && judged;
    const open = looked && opened.judging;
    const speaker = { user: "Visitor", assistant: "Bot", agent: message.author === me.id ? "You" : message.author_name }[message.role];
    const state = { complete: "", streaming: "writing …" }[message.status] ?? message.status;
    return html`<li class="said ${message.role}" ?data-looked=${open}>
      <span class="speaker small quiet">${speaker}${state ? ` · ${state}` : ""} · ${clock(message.created_at)}</span>
      ${filesView(message.files)}
      <div class="words bubble">${message.content}</div>
      ${message.opinions.map((one) => feedbackView(one, ({ text }) => this.inbox.acts.uncorrect(message.id, text)))}
      ${message.answer ? inUseView(message, this.inbox) : nothing} ${message.proposal ? proposalView(message.proposal, this.inbox) : nothing}
      ${
        judged
          ? html`<button class="plain small look" aria-expanded=${open} @click=${() => opened.look(message.id, !open)}>
              ${open ? "Close this form" : "Grade, correct, approve"}
            </button>`
          : nothing
      }
      ${open ? html`<case-judge .inbox=${this.inbox} .message=${message}></case-judge>` : nothing}
    </li>`;
  }

  #note(note) {
    const name = note.person === this.inbox.me.id ? "You" : note.name;
    return html`<li class="note">
      <span class="speaker small quiet">${name} noted, for colleagues only · ${clock(note.created_at)}</span>
      <div class="words bubble">${note.text}</div>
    </li>`;
  }

  #handover({ case: one, summary }) {
    if (one.status === "open" || one.status === "done") return nothing;
    const tried = summary.tried.map((reply) => html`<li>${reply.begins} <span class="quiet">(${triedWords(reply)})</span></li>`);
    return html`<details class="card handover" open>
      <summary>What happened so far</summary>
      <dl>
        <dt>Asked</dt>
        <dd><ul>${summary.asked.map((text) => html`<li class="words">${text}</li>`)}</ul></dd>
        <dt>Tried</dt>
        <dd>${tried.length ? html`<ul>${tried}</ul>` : "nothing yet"}</dd>
        <dt>Found</dt>
        <dd>${summary.found.length ? summary.found.join(" · ") : "no article that is near"}</dd>
      </dl>
    </details>`;
  }

  #absence({ case: one }) {
    if (one.there) return nothing;
    return html`<p class="told warn small" role="status">
      The visitor has left the page${one.contact ? html`; they want to be answered at <strong>${one.contact}</strong>` : ". What you write is there when they come back"}.
    </p>`;
  }
}

/** The id of what was said or noted last. */
function lastOf({ messages, notes }) {
  const [said, noted] = [messages.at(-1), notes.at(-1)];
  return (noted && !(said?.created_at > noted.created_at) ? noted : said)?.id ?? "";
}

function clock(stamp) {
  return html`<time datetime=${stamp} title=${inFull(stamp)}>${moment(stamp)}</time>`;
}

customElements.define("case-talk", CaseTalk);
