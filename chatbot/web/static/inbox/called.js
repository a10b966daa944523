// What colleagues call the reader to, by a note or by giving a chat over, until they open it.

import { Model } from "../shared/element.js";

const SAID = { mention: "mentions you in", transfer: "gave you" };

export class Calls extends Model {
  constructor(api) {
    super();
    this.api = api;
    this.items = [];
  }

  /** Read them anew; what was read before stays where the server cannot be asked. */
  async refresh() {
    const items = await this.api.calls().catch(() => null);
    if (!items) return;
    this.items = items;
    this.changed();
  }

  /** What calls the reader to a case, if anything does. */
  to(conversation) {
    return this.items.find((call) => call.conversation === conversation);
  }
}

/** Who calls, and where to. */
export function callWords({ caller, kind, title }) {
  return `${caller} ${SAID[kind]} “${title}”`;
}
