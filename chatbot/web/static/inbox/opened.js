// The case on view: what the server knows of it, which reply is looked at, who else is here.

import { Model } from "../shared/element.js";
import { inQuestion } from "./words.js";

const TYPING_MS = 5000;

export class Opened extends Model {
  #asked = null;

  constructor(api) {
    super();
    this.api = api;
    this.clear();
  }

  clear() {
    this.#asked?.abort();
    Object.assign(this, { id: "", whole: null, looked: "", judging: false, fault: "", gone: false, typing: new Map() });
    this.changed();
  }

  /** Open a case at the reply in question. */
  async open(id) {
    this.clear();
    this.id = id;
    await this.refresh();
  }

  /** Read the case once more; the reply that is looked at stays. */
  async refresh() {
    if (!this.id) return;
    this.#asked?.abort();
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const whole = await this.api.one(this.id, asked.signal);
      if (whole.messages.at(-1)?.id !== this.whole?.messages.at(-1)?.id) this.typing.clear();
      this.whole = whole;
      this.fault = "";
      if (!this.reply) {
        this.looked = inQuestion(this.whole);
        this.judging = ["open", "done"].includes(whole.case.status);
      }
    } catch (fault) {
      if (fault.name === "AbortError") return;
      this.fault = fault.message;
      this.gone = fault.status === 404;
      if (this.gone) this.whole = null;
    }
    this.changed();
  }

  /** Somebody types: a colleague by their id, or the visitor without one; forgotten where nothing more comes. */
  types(person, name) {
    const { typing } = this;
    clearTimeout(typing.get(person)?.timer);
    const timer = setTimeout(() => {
      typing.delete(person);
      this.changed();
    }, TYPING_MS);
    typing.set(person, { name, timer });
    this.changed();
  }

  get visitorTypes() {
    return this.typing.has("");
  }

  /** Colleagues who have the case on view, those who type in it first. */
  get others() {
    const looking = (this.whole?.looking ?? []).map(({ id, name }) => ({ name, typing: this.typing.has(id) }));
    return looking.toSorted((one, other) => other.typing - one.typing);
  }

  look(message, judging = this.judging) {
    Object.assign(this, { looked: message, judging });
    this.changed();
  }

  /** The one before (-1) or after (+1) the reply that is looked at. */
  lookBeside(step) {
    const at = this.replies.findIndex(({ id }) => id === this.looked);
    const beside = this.replies[at + step];
    if (beside) this.look(beside.id);
  }

  get replies() {
    return (this.whole?.messages ?? []).filter(({ role }) => role === "assistant" || role === "agent");
  }

  get reply() {
    return this.replies.find(({ id }) => id === this.looked);
  }

  /** What the reply that is looked at answers. */
  get question() {
    const messages = this.whole?.messages ?? [];
    const at = messages.findIndex(({ id }) => id === this.looked);
    return messages.slice(0, Math.max(at, 0)).findLast(({ role }) => role === "user")?.content ?? "";
  }
}
