// What every tab of /operate is given: calls, the line that says what was done, questions before acts, what happens.

import { CallError, call, withQuery } from "../shared/calls.js";
import { Model } from "../shared/element.js";
import { Happenings } from "../shared/happenings.js";

const BROKEN = "The connection is lost; what is shown may be old. It comes back by itself.";
const ENDED = "Your sign-in has ended, or too many of these pages are open: sign in again in another tab, and come back.";

export class Console extends Model {
  constructor(facts, happenings = new Happenings("events")) {
    super();
    this.facts = facts;
    this.happenings = happenings;
    this.line = "";
    for (const kind of ["first", "again"]) happenings.addEventListener(kind, () => this.#lineIs(""));
    happenings.addEventListener("broken", () => this.#lineIs(happenings.ended ? ENDED : BROKEN));
  }

  get me() {
    return this.facts.me;
  }

  /** Whether there is a tab of this name. */
  has(slug) {
    return this.facts.tabs.some((tab) => tab.slug === slug);
  }

  get(path, parameters = {}) {
    return call("GET", withQuery(`api/${path}`, parameters));
  }

  post(path, body = {}) {
    return call("POST", `api/${path}`, body);
  }

  put(path, body = {}) {
    return call("PUT", `api/${path}`, body);
  }

  delete(path) {
    return call("DELETE", `api/${path}`);
  }

  /** Do something; says `done` afterwards, or why it could not be done, and returns what came of it (else nothing). */
  async tried(act, done = "") {
    try {
      const found = await act();
      if (done) this.say(done);
      return found ?? true;
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.say(fault.message, { wrong: true });
    }
  }

  /** Say what was done; as `PageNotices.say`. The page sets it. */
  say() {}

  /** Ask before an act; as `AskBefore.ask`. The page sets it. */
  async ask() {}

  /** Go to a tab by its address within the page, such as "gaps" or "knowledge?question=…". The page sets it. */
  go() {}

  #lineIs(words) {
    if (words === this.line) return;
    this.line = words;
    this.changed();
  }
}
