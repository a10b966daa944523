// The list of cases under a filter: its pages, its counts, and what stands beside what.

import { Model } from "../shared/element.js";
import { asAsked } from "./address.js";

export class Listing extends Model {
  #asked = null;
  #kept = "";

  constructor(api) {
    super();
    this.api = api;
    this.me = "";
    this.filter = null;
    this.items = [];
    this.next = null;
    this.counts = {};
    this.attention = 0;
    this.loading = false;
    this.fault = "";
  }

  /** Show what a filter lets through, from the first on. */
  async show(filter) {
    this.filter = filter;
    this.items = [];
    this.next = null;
    await this.#read([], null, 1);
  }

  /** Read what is shown once more, as many as there are. */
  async refresh() {
    await this.#read([], null, this.items.filter(({ stray }) => !stray).length);
  }

  async more() {
    if (this.next) await this.#read(this.items, this.next, this.items.length + 1);
  }

  /** Keep a case where it is listed, also once it is none of these any more, until another is kept, or none. */
  keep(id) {
    if (this.#kept === id) return;
    const strayed = this.#kept;
    this.#kept = id;
    this.items = this.items.filter(({ conversation, stray }) => !stray || conversation !== strayed);
    this.changed();
  }

  /** The case before (-1) or after (+1) one of them; the first where it is not in the list. */
  beside(id, step) {
    const at = this.items.findIndex((item) => item.conversation === id);
    return at < 0 ? this.items[0] : this.items[at + step];
  }

  /** Read pages after a place until there are enough; a later wish takes the place of an earlier one. */
  async #read(before, after, wanted) {
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    this.loading = true;
    this.changed();
    const found = new Map(before.map((item) => [item.conversation, item]));
    try {
      let page;
      do {
        page = await this.api.cases({ ...asAsked(this.filter, this.me), cursor: after }, asked.signal);
        for (const item of page.items) found.set(item.conversation, item);
        after = page.next;
      } while (after && found.size < wanted);
      Object.assign(this, { items: this.#withKept([...found.values()], this.items), next: page.next, counts: countsOf(page), attention: page.attention, fault: "" });
    } catch (fault) {
      if (fault.name === "AbortError") return;
      this.fault = fault.message;
    }
    this.loading = false;
    this.changed();
  }

  /** What was found, and at its place the kept case if it was listed and is not found any more. */
  #withKept(found, before) {
    const at = before.findIndex(({ conversation }) => conversation === this.#kept);
    if (at >= 0 && !found.some(({ conversation }) => conversation === this.#kept)) found.splice(at, 0, { ...before[at], stray: true });
    return found;
  }
}

/** How many there are under each tab. */
function countsOf({ counts, mine }) {
  const { open = 0, waiting = 0, held = 0, done = 0 } = counts;
  return { waiting, mine, open, done, all: open + waiting + held + done };
}
