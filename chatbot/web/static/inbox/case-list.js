// The left pane: tabs by status, search, filters, and the cases, those that wait longest first.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, live, nothing, repeat } from "../shared/lit.js";
import { inFull, shortly, since } from "../shared/times.js";
import { FIELDS, STATUSES, addressOf, cleared, narrowed } from "./address.js";
import { excerptView } from "./excerpts.js";
import { ENDINGS, reasonName, shownReason } from "./words.js";

const TABS = { waiting: "Waiting", mine: "Mine", open: "Open", done: "Done", all: "All" };
const SEARCH_MS = 250;
const EMPTY = {
  waiting: ["Nobody waits", "Look at what the bot answered meanwhile.", "open", "Open chats"],
  mine: ["You hold no chat", "Take one that waits: open it and press c.", "waiting", "Waiting chats"],
  open: ["No chat is open", "New ones appear here by themselves as people write.", "done", "Chats that are done"],
  done: ["Nothing is done yet", "Press e in a chat to take it off the list.", "open", "Open chats"],
  all: ["No chat yet", "As soon as somebody writes to the bot, it is here.", "", ""],
};
const LABELS = { holder: "Agent", reason: "Reason", label: "Label", version: "Version", topic: "Topic", ending: "Came to", begun: "Begun from", since: "From", until: "To" };

const GHOSTS = [0, 1, 2].map(() => html`<li class="case ghost" aria-hidden="true"><span></span><span></span></li>`);

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
    const { filter, counts, items, fault, loading } = this.inbox.listing;
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
      <ul class="cases" aria-label="Chats" aria-busy=${loading}>
        ${repeat(items, ({ conversation }) => conversation, (item) => html`<li>${this.#row(item)}</li>`)}
        ${loading && !items.length ? GHOSTS : nothing}
      </ul>
      ${this.#end(filter)}
    `;
  }

  #tab(status, filter, counts) {
    const here = status === filter.status;
    return html`<button class="tab" aria-current=${here ? "true" : nothing} @click=${() => this.inbox.narrow({ status })}>
      <span class="figures">${counts[status] ?? "…"}</span><span>${TABS[status]}</span>
    </button>`;
  }

  #row(listed) {
    const { opened, drafts, me, filter, calls } = this.inbox;
    const item = listed.conversation === opened.id ? { ...listed, ...opened.whole?.case } : listed;
    const reason = shownReason(item);
    const said = excerptView(item, filter.text);
    const marks = [
      reason && html`<span class="badge ${item.reason.replace(" ", "-")}">${reason}</span>`,
      item.holder && html`<span class="badge ${item.holder === me.id ? "mine" : ""}">${item.holder === me.id ? "you" : item.holder_name}</span>`,
      ...item.labels.map((label) => html`<span class="chip">${label}</span>`),
      drafts.has(item.conversation) && html`<span class="chip draft">draft</span>`,
    ].filter(Boolean);
    const href = addressOf({ filter: this.inbox.filter, chosen: item.conversation });
    return html`<a class="case" href=${href} aria-current=${item.conversation === opened.id ? "true" : nothing} @click=${(event) => this.#open(event, item)}>
      <span class="line">
        <span class="title clip ${item.unread || calls.to(item.conversation) ? "strong" : ""}">${item.title}</span>
        ${item.unread ? html`<span class="only-read">${item.unread} new</span>` : nothing}
        ${item.there ? html`<span class="here" role="img" aria-label="The visitor is here" title="The visitor is here"></span>` : nothing}
        ${when(item)}
      </span>
      ${said.length ? html`<span class="excerpt small ${item.unread ? "" : "quiet"}">${said}</span>` : nothing}
      ${marks.length ? html`<span class="line marks">${marks}</span>` : nothing}
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
      const others = narrowed({ ...filter, text: "" });
      return html`<div class="empty" role="status">
        <h2 class="words">${filter.text ? `Nothing found for “${filter.text}”` : "No chat fits"}</h2>
        <p>${others ? "Filters are set: without them there may be more." : "All chats and notes were searched; other words, or fewer, may find it."}</p>
        <button @click=${() => this.inbox.narrow(cleared())}>${others ? "Show all chats without them" : "Clear the search"}</button>
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
      reason: desk.reasons.map((reason) => [reason, reasonName(reason)]),
      label: plain(desk.labels),
      version: plain(desk.versions),
      topic: plain(desk.topics),
      ending: Object.entries(ENDINGS),
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
      ${["begun", "since", "until"].map(
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
    const named = { holder: () => this.inbox.desk.staff.find(({ id }) => id === filter.holder)?.name, reason: reasonName, ending: (ending) => ENDINGS[ending] ?? ending };
    const name = (field) => (named[field] ?? String)(filter[field]);
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
    if (this.filtering) this.inbox.readChoices();
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

function when(item) {
  if (item.waiting_since) {
    return html`<time class="waits" datetime=${item.waiting_since} title="Waits since ${inFull(item.waiting_since)}">waits ${since(item.waiting_since)}</time>`;
  }
  return html`<time class="quiet" datetime=${item.last_at} title=${inFull(item.last_at)}>${shortly(item.last_at)}</time>`;
}

customElements.define("case-list", CaseList);
