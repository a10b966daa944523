// What an agent does to a case: one call each, then words that say so, with a way back where there is one.

import { CallError } from "../shared/calls.js";

export class Acts {
  constructor(inbox) {
    this.inbox = inbox;
  }

  async claim(over = false) {
    const { opened } = this.inbox;
    const before = opened.whole.case;
    this.inbox.write("reply"); // at once: whoever claims begins to type
    await this.#do("claim", { over }, "You hold this chat: the bot is silent, and what you write goes to the visitor.", {
      undo: () => this.requeue(opened.id, before),
    });
  }

  /** Put a case where it was before it was claimed: among those who wait, or with the bot. */
  async requeue(id, before) {
    if (before.status !== "waiting") return this.release("", id);
    return this.#do("requeue", { since: before.waiting_since }, "It waits again.", { id });
  }

  async release(note = "", id = this.inbox.opened.id) {
    await this.#do("release", { note }, "Handed back: the bot answers again.", { id, undo: () => this.claimAgain(id) });
  }

  async claimAgain(id) {
    await this.#do("claim", {}, "You hold this chat again.", { id });
  }

  async transfer(to, note) {
    const { name } = this.inbox.desk.staff.find((person) => person.id === to);
    const { id } = this.inbox.opened;
    const undo = () => this.#do("claim", { over: true }, "You hold this chat again.", { id });
    await this.#do("transfer", { to, note }, `${name} holds this chat now.`, { id, undo });
  }

  /** Take the case off the list and open the next. */
  async finish() {
    const { opened, listing } = this.inbox;
    const { id } = opened;
    const before = opened.whole.case;
    const next = listing.beside(id, 1) ?? listing.beside(id, -1);
    listing.keep("");
    const done = await this.#do("close", {}, "Done.", { id, undo: () => this.takeUp(id, before) });
    if (done && next && next.conversation !== id) this.inbox.open(next.conversation);
  }

  async reopen(id = this.inbox.opened.id) {
    if (await this.#do("reopen", {}, "Open again.", { id })) this.inbox.open(id);
  }

  /** Put a case where it was before it was done. */
  async takeUp(id, before) {
    if (before.status === "held" && before.holder === this.inbox.me.id) await this.#do("claim", {}, "You hold it again.", { id });
    else if (before.status === "waiting") await this.#do("requeue", { since: before.waiting_since }, "It waits again.", { id });
    else await this.#do("reopen", {}, "Open again.", { id });
    this.inbox.open(id);
  }

  /** Write to the visitor; true once the server has it. */
  async send(text, id, words = "") {
    return this.#do("message", { text }, words, { id });
  }

  async note(text, id) {
    return this.#do("note", { text }, "Noted, for your colleagues only.", { id });
  }

  async label(label) {
    const { id, whole } = this.inbox.opened;
    const kept = label.trim().replaceAll(/\s+/g, " ").toLowerCase();
    if (whole.case.labels.includes(kept)) return this.inbox.say(`This chat has the label “${kept}” already.`);
    const words = kept === label.trim() ? `“${kept}” put on.` : `Put on as “${kept}”: labels are written in small letters.`;
    return this.#labelled("label", kept, words, id, "unlabel");
  }

  async unlabel(label) {
    const { id } = this.inbox.opened;
    return this.#labelled("unlabel", label, `“${label}” taken off.`, id, "label");
  }

  /** Put a label on or take it off; there may be others to choose from then. */
  async #labelled(what, label, words, id, back) {
    const undo = () => this.#labelled(back, label, "", id);
    const done = await this.#do(what, { label }, words, { id, undo });
    if (done) await this.inbox.readChoices();
    return done;
  }

  /** Take back what the reader wrote that a reply should have been. */
  async uncorrect(message, text) {
    const undo = () => this.tried(() => this.inbox.api.judge(message, "correction", { text }), "Saved again.");
    return this.tried(() => this.inbox.api.uncorrect(message), "Taken back: nothing is learned from it.", undo);
  }

  /** Use an answer that waited for a second look. */
  async confirm(proposal) {
    return this.tried(() => this.inbox.api.confirm(proposal.id), "In use: similar questions are answered with it from now on.");
  }

  /** Stop using an answer, or take back one that waits. */
  async withdraw(answer, words) {
    return this.tried(() => this.inbox.api.withdraw(answer.id), words);
  }

  async #do(what, body, words, { id = this.inbox.opened.id, undo = null } = {}) {
    return this.tried(() => this.inbox.api.act(id, what, body), words, undo);
  }

  /** Make a call, say what came of it, and read anew what it may have changed; what it answered, or false.
   *  `undo` takes it back, given what it answered.
   */
  async tried(make, words = "", undo = null) {
    try {
      const answer = (await make()) ?? true;
      if (words) this.inbox.say(words, { undo: undo && (() => undo(answer)) });
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
