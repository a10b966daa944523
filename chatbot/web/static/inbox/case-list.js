// The left pane: tabs by status, search, filters, and the cases, those that wait longest first.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, live, nothing, repeat } from "../shared/lit.js";
import { inFull, shortly, since } from "../shared/times.js";
import { FIELDS, STATUSES, addressOf, narrowed } from "./address.js";

const TABS = { waiting: "Waiting", mine: "Mine", open: "Open", done: "Done", all: "All" };
const SEARCH_MS = 250;
const EMPTY = {
  waiting: ["Nobody waits", "Look at what the bot answered meanwhile.", "open", "Open chats"],
  mine: ["You hold no chat", "Take one that waits: open it and press c.", "waiting", "Waiting chats"],
  open: ["No chat is open", "New ones appear here by themselves as people write.", "done", "Chats that are done"],
  done: ["Nothing is done yet", "Press e in a chat to take it off the list.", "open", "Open chats"],
  all: ["No chat yet", "As soon as somebody writes to the bot, it is here.", "", ""],
};
const LABELS = { holder: "Agent", reason: "Reason", label: "Label", version: "Version", topic: "Topic", since: "From", until: "To" };

class CaseList extends Element {
  static properties = { inbox: { attribute: false }, filtering: { state: true } };

  #searchTimer = 0;
  #shown = "";
  #clock = 0;

  constructor() {
    super();
    this.filtering = false;
  }

  connectedCallback() {
    for (const model of [this.inbox, this.inbox.listing, this.inbox.opened, this.inbox.calls]) this.follow(model);
    super.connectedCallback();
    this.#clock = setInterval(() => this.requestUpdate(), 30_000);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#clock);
  }

  focusSearch() {
    this.querySelector("#search").select();
  }

  /** Keep the case on view in sight. */
  updated() {
    const { id } = this.inbox.opened;
    if (id === this.#shown) return;
    const row = this.querySelector("a.case[aria-current]");
    if (id && !row) return;
    this.#shown = id;
    row?.scrollIntoView({ block: "nearest" });
  }

  view() {
    const { filter, counts, items, fault } = this.inbox.listing;
    if (!filter) return nothing;
    return html`
      <nav class="tabs" aria-label="Chats by status">${STATUSES.map((status) => this.#tab(status, filter, counts))}</nav>
      <case-calls .inbox=${this.inbox}></case-calls>
      <div class="find">
        <label class="search"
          >${icon("search")}<span class="only-read">Search all chats</span>
          <input id="search" type="search" placeholder="Search all chats" .value=${live(filter.text)} @input=${this.#search} @keydown=${this.#searched} />
          <kbd class="for-keys">/</kbd>
        </label>
        <button class="bare" aria-label="Filters" aria-expanded=${this.filtering} @click=${this.#toggleFilters}>
          ${icon("filter")}${narrowed({ ...filter, text: "" }) ? html`<span class="count">${narrowed({ ...filter, text: "" })}</span>` : nothing}
        </button>
      </div>
      ${this.filtering ? this.#filters(filter) : this.#chosen(filter)}
      ${fault ? html`<p class="told wrong" role="alert">${fault}</p>` : nothing}
      <ul class="cases" aria-label="Chats" aria-busy=${this.inbox.listing.loading}>
        ${repeat(items, ({ conversation }) => conversation, (item) => html`<li>${this.#row(item)}</li>`)}
      </ul>
      ${this.#end(filter)}
    `;
  }

  #tab(status, filter, counts) {
    const here = status === filter.status;
    return html`<button class="tab" aria-current=${here ? "true" : nothing} @click=${() => this.inbox.narrow({ status })}>
      <span class="figures">${counts[status] ?? "·"}</span><span>${TABS[status]}</span>
    </button>`;
  }

  #row(item) {
    const { opened, drafts, me, calls } = this.inbox;
    const href = addressOf({ filter: this.inbox.filter, chosen: item.conversation });
    return html`<a class="case" href=${href} aria-current=${item.conversation === opened.id ? "true" : nothing} @click=${(event) => this.#open(event, item)}>
      <span class="line">
        <span class="here ${item.there ? "" : "away"}" title=${item.there ? "The visitor is here" : "The visitor has left the page"}></span>
        <span class="title clip ${item.unread || calls.to(item.conversation) ? "strong" : ""}">${item.title}</span>
        ${when(item)}
      </span>
      <span class="line marks">
        <span class="badge ${item.reason.replace(" ", "-")}">${item.reason}</span>
        ${item.holder ? html`<span class="badge ${item.holder === me.id ? "mine" : ""}">${item.holder === me.id ? "you" : item.holder_name}</span>` : nothing}
        ${item.labels.map((label) => html`<span class="chip">${label}</span>`)}
        ${drafts.has(item.conversation) ? html`<span class="chip draft">draft</span>` : nothing}
        ${item.unread ? html`<span class="count push" aria-label="${item.unread} unread">${item.unread}</span>` : nothing}
      </span>
    </a>`;
  }

  #open(event, item) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.inbox.open(item.conversation);
  }

  #end(filter) {
    const { items, next, loading, fault } = this.inbox.listing;
    if (next) {
      return html`<button class="plain more" ?disabled=${loading} @click=${() => this.inbox.listing.more()}>Show more</button>`;
    }
    if (items.length || loading || fault) return nothing;
    if (narrowed(filter)) {
      return html`<div class="empty" role="status">
        <h2>No chat fits</h2>
        <p>Nothing under these filters${filter.text ? html`, and no chat in which “${filter.text}” is said` : nothing}.</p>
        <button @click=${() => this.inbox.narrow(cleared())}>Show all chats without them</button>
      </div>`;
    }
    const [title, words, status, label] = EMPTY[filter.status];
    return html`<div class="empty" role="status">
      <h2>${title}</h2>
      <p>${words}</p>
      ${status ? html`<button @click=${() => this.inbox.narrow({ status })}>${label}</button>` : nothing}
    </div>`;
  }

  #filters(filter) {
    const { desk } = this.inbox;
    const people = desk.staff.map(({ id, name }) => [id, name]);
    const plain = (values) => values.map((value) => [value, value]);
    const choices = {
      holder: people,
      reason: plain(desk.reasons),
      label: plain(desk.labels),
      version: plain(desk.versions),
      topic: plain(desk.topics),
    };
    return html`<form class="filters" @submit=${(event) => event.preventDefault()}>
      ${Object.entries(choices).map(
        ([field, options]) => html`<label class="field"
          >${LABELS[field]}
          <select name=${field} .value=${live(filter[field])} @change=${(event) => this.inbox.narrow({ [field]: event.target.value })}>
            <option value="">any</option>
            ${options.map(([value, name]) => html`<option value=${value} ?selected=${value === filter[field]}>${name}</option>`)}
          </select>
        </label>`,
      )}
      ${["since", "until"].map(
        (field) => html`<label class="field"
          >${LABELS[field]}
          <input type="date" name=${field} .value=${live(filter[field])} @change=${(event) => this.inbox.narrow({ [field]: event.target.value })} />
        </label>`,
      )}
      <button type="button" class="plain" @click=${() => this.inbox.narrow(cleared())}>Clear</button>
    </form>`;
  }

  #chosen(filter) {
    const set = FIELDS.filter((field) => field !== "text" && filter[field]);
    if (!set.length) return nothing;
    const name = (field) => (field === "holder" ? this.inbox.desk.staff.find(({ id }) => id === filter.holder)?.name : filter[field]);
    return html`<div class="row chosen">
      ${set.map(
        (field) => html`<button class="small" @click=${() => this.inbox.narrow({ [field]: "" })} aria-label="Take off: ${LABELS[field]} ${name(field)}">
          ${LABELS[field]}: ${name(field)} ✕
        </button>`,
      )}
    </div>`;
  }

  #toggleFilters() {
    this.filtering = !this.filtering;
  }

  #search(event) {
    const text = event.target.value.trim();
    clearTimeout(this.#searchTimer);
    this.#searchTimer = setTimeout(() => this.#find(text), SEARCH_MS);
  }

  /** Open the first that is found. */
  async #searched(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    clearTimeout(this.#searchTimer);
    event.target.blur();
    await this.#find(event.target.value.trim());
    const [first] = this.inbox.listing.items;
    if (first) this.inbox.open(first.conversation);
  }

  #find(text) {
    return this.inbox.narrow(text ? { text, status: "all" } : { text });
  }
}

function cleared() {
  return Object.fromEntries(FIELDS.map((field) => [field, ""]));
}

function when(item) {
  if (item.waiting_since) {
    return html`<time class="waits" datetime=${item.waiting_since} title="Waits since ${inFull(item.waiting_since)}">${since(item.waiting_since)}</time>`;
  }
  return html`<time class="quiet" datetime=${item.last_at} title=${inFull(item.last_at)}>${shortly(item.last_at)}</time>`;
}

customElements.define("case-list", CaseList);
