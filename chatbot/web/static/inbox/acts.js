// What an agent does to a case: one call each, then words that say so, with a way back where there is one.

import { CallError } from "../shared/calls.js";

export class Acts {
  constructor(inbox) {
    this.inbox = inbox;
  }

  async claim(over = false) {
    const { opened } = this.inbox;
    await this.#do("claim", { over }, "You hold this chat: the bot is silent, and what you write goes to the visitor.", {
      undo: () => this.release("", opened.id),
    });
  }

  async release(note = "", id = this.inbox.opened.id) {
    await this.#do("release", { note }, "Handed back: the bot answers again.", { id, undo: () => this.claimAgain(id) });
  }

  async claimAgain(id) {
    await this.#do("claim", {}, "You hold this chat again.", { id });
  }

  async transfer(to, note) {
    const { name } = this.inbox.desk.staff.find((person) => person.id === to);
    await this.#do("transfer", { to, note }, `${name} holds this chat now.`, {});
  }

  /** Take the case off the list and open the next. */
  async finish() {
    const { opened, listing } = this.inbox;
    const { id } = opened;
    const next = listing.beside(id, 1) ?? listing.beside(id, -1);
    const done = await this.#do("close", {}, "Done.", { id, undo: () => this.reopen(id) });
    if (done && next && next.conversation !== id) this.inbox.open(next.conversation);
  }

  async reopen(id = this.inbox.opened.id) {
    if (await this.#do("reopen", {}, "Open again.", { id })) this.inbox.open(id);
  }

  /** Write to the visitor; true once the server has it. */
  async send(text, id) {
    return this.#do("message", { text }, "", { id });
  }

  async note(text, id) {
    return this.#do("note", { text }, "Noted, for your colleagues only.", { id });
  }

  async label(name) {
    return this.#do("label", { name }, "", {});
  }

  async unlabel(name) {
    const { id } = this.inbox.opened;
    return this.#do("unlabel", { name }, `“${name}” taken off.`, { undo: () => this.#do("label", { name }, "", { id }) });
  }

  async #do(what, body, words, { id = this.inbox.opened.id, undo = null } = {}) {
    return this.tried(() => this.inbox.api.act(id, what, body), words, undo);
  }

  /** Make a call, say what came of it, and read anew what it may have changed; what it answered, or false. */
  async tried(make, words = "", undo = null) {
    try {
      const answer = (await make()) ?? true;
      if (words) this.inbox.say(words, { undo });
      await this.inbox.refresh();
      return answer;
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.inbox.say(fault.message, { wrong: true });
      if (fault.status) await this.inbox.refresh();
      return false;
    }
  }
}
