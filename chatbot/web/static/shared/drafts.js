// What was typed and not sent yet, kept by the browser: a click, a refresh or a restart loses none of it.

const PREFIX = "draft";
const KEPT_DAYS = 30;

export class Drafts {
  /** `owner` keeps the drafts of people apart who share a browser. */
  constructor(owner, storage = localStorage) {
    this.owner = owner;
    this.storage = storage;
    this.#forgetOld();
  }

  /** What was typed into a field of a case; nothing where it was never touched. */
  get(about, field) {
    return this.#read(this.#key(about, field))?.text;
  }

  has(about) {
    const start = this.#key(about, "");
    return this.#keys().some((key) => key.startsWith(start) && this.#read(key)?.text?.trim());
  }

  put(about, field, text) {
    this.storage.setItem(this.#key(about, field), JSON.stringify({ text, at: Date.now() }));
  }

  drop(about, field) {
    this.storage.removeItem(this.#key(about, field));
  }

  /** Forget all of a case, as when it was deleted. */
  dropAll(about) {
    const start = this.#key(about, "");
    for (const key of this.#keys()) if (key.startsWith(start)) this.storage.removeItem(key);
  }

  #key(about, field) {
    return [PREFIX, this.owner, about, field].join("/");
  }

  #keys() {
    return Array.from({ length: this.storage.length }, (_, index) => this.storage.key(index));
  }

  #read(key) {
    try {
      return JSON.parse(this.storage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  #forgetOld() {
    const oldest = Date.now() - KEPT_DAYS * 24 * 3600 * 1000;
    for (const key of this.#keys()) {
      if (key?.startsWith(`${PREFIX}/`) && !(this.#read(key)?.at > oldest)) this.storage.removeItem(key);
    }
  }
}
