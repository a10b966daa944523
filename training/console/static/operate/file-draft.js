// A file of the pack while somebody changes it: what was opened, what was typed, what the check says of it.
//
// What is typed lies in the browser until it is saved. Where somebody else saves meanwhile, `conflict` holds theirs.

import { CallError } from "../shared/calls.js";
import { Drafts } from "../shared/drafts.js";
import { Model } from "../shared/element.js";
import { isWritten } from "./article-parts.js";

const PAUSE_MS = 700;
export const NEW_ARTICLE = "articles/.md";
export const NEW_RULE = "rules/.toml";

export class FileDraft extends Model {
  #timer = 0;
  #asked = 0;

  constructor(console, file, begun = null) {
    super();
    this.console = console;
    this.file = file;
    this.drafts = new Drafts(`${console.me.id}/knowledge`);
    this.begun = begun;
    this.name = "";
    this.opened = null;
    this.value = null;
    this.checked = null;
    this.current = false;
    this.conflict = null;
    this.fault = "";
    this.restored = false;
    this.busy = "";
  }

  get isNew() {
    return this.file === NEW_ARTICLE || this.file === NEW_RULE;
  }

  get kind() {
    return this.file === "pack.toml" ? "persona" : this.file.split("/")[0];
  }

  /** The file that a text is saved in. */
  get target() {
    return this.file === NEW_ARTICLE ? `articles/${this.name || "article"}.md` : this.file;
  }

  get dirty() {
    return this.value !== null && JSON.stringify(this.value) !== JSON.stringify(this.#given());
  }

  get canSave() {
    return this.dirty && !this.unfinished && !this.busy && !this.faults.length && !this.conflict;
  }

  /** A new article that is not long enough to be looked at. */
  get unfinished() {
    return this.file === NEW_ARTICLE && !isWritten(this.value ?? "");
  }

  /** What is wrong with what stands there now; nothing is said of it while it is being typed. */
  get faults() {
    return this.current ? this.checked.faults : [];
  }

  async open() {
    try {
      this.opened = this.isNew ? { file: this.file, text: "", revision: "", changes: [] } : await this.#read();
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
      return this.changed();
    }
    const kept = this.#kept();
    this.value = kept?.value ?? this.#given();
    this.restored = Boolean(kept) && this.dirty;
    if (this.restored && kept.revision !== this.opened.revision) this.conflict = { opened: this.opened, who: lastName(this.opened) };
    this.changed();
    if (this.dirty || this.kind === "articles") this.check();
  }

  /** Somebody else saved this file, or it was undone: follow, unless something was typed here. */
  async follow() {
    if (this.isNew || this.busy || !this.opened) return;
    const now = await this.#read().catch(() => null);
    if (!now || now.revision === this.opened.revision) return;
    if (this.dirty) this.conflict = { opened: now, who: lastName(now) };
    else this.#take(now);
    this.changed();
  }

  type(value) {
    this.value = value;
    this.fault = "";
    this.#outdate();
    this.#keep();
    this.changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.check(), PAUSE_MS);
  }

  discard() {
    this.#drop();
    this.conflict = null;
    this.restored = false;
    this.value = this.#given();
    this.fault = "";
    this.#outdate();
    this.changed();
    this.check();
  }

  /** The file is gone: nothing of it is kept, and nobody follows it any more. */
  forget() {
    this.#drop();
    this.opened = null;
  }

  async check() {
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (this.unfinished) {
      this.checked = null;
      return this.changed();
    }
    try {
      const { path, body } = this.#sent();
      const found = await this.console.post(`knowledge/${path}check`, body);
      if (asked === this.#asked) [this.checked, this.current, this.fault] = [found, true, ""];
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      if (asked === this.#asked) this.fault = fault.message;
    }
    if (this.checked?.suggested && !this.named) this.name = this.checked.suggested;
    this.changed();
  }

  /** Save; returns what the server says of it, nothing where it refuses. */
  async save() {
    this.#become("saving");
    try {
      if (!this.current) await this.check();
      if (this.faults.length) return undefined;
      const { path, body } = this.#sent();
      const saved = await this.console.put(`knowledge/${path || "file"}`.replace(/\/$/, ""), this.#toSave(body));
      this.#drop();
      this.file = saved.file;
      this.#take(await this.#read());
      return saved;
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      if (fault.status === 409) await this.#meet(fault);
      else this.fault = fault.message;
    } finally {
      this.#become("");
    }
  }

  /** Save over what somebody else saved. */
  overwrite() {
    this.opened = this.conflict.opened;
    this.conflict = null;
    return this.save();
  }

  /** Take what somebody else saved, and let one's own go. */
  yield() {
    const { opened } = this.conflict;
    this.#drop();
    this.#take(opened);
    this.changed();
    this.check();
  }

  /** What a text of the file would be; `value` where it is no form. */
  get text() {
    return typeof this.value === "string" ? this.value : (this.opened?.text ?? "");
  }

  async #meet(fault) {
    const now = await this.#read().catch(() => null);
    if (now) this.conflict = { opened: now, who: lastName(now) };
    else this.fault = `${fault.message}. The file is gone: what you typed is kept here.`;
  }

  #read() {
    return this.console.get("knowledge/file", { file: this.file });
  }

  #take(opened) {
    this.opened = opened;
    this.value = this.#given();
    this.conflict = null;
    this.restored = false;
    this.fault = "";
    this.#outdate();
  }

  /** What the file says, as a form where it has one. */
  #given() {
    const { rule, persona, text } = this.opened ?? {};
    if (this.file === NEW_ARTICLE) return this.begun ?? "";
    if (this.file === NEW_RULE) return { action: "decline", message: "", sure: 0.5, examples: [], unlike: [], replies: [] };
    return rule ?? persona ?? text ?? "";
  }

  #sent() {
    if (typeof this.value === "string") return { path: "", body: { file: this.file, text: this.value } };
    const path = this.kind === "persona" ? "persona/" : `rules/${encodeURIComponent(this.name || this.#stem())}/`;
    return { path, body: { form: this.value, revision: this.opened.revision } };
  }

  #toSave(body) {
    if (body.form) return body;
    return { ...body, file: this.target, revision: this.opened.revision };
  }

  #stem() {
    return this.file.split("/")[1]?.replace(/\.toml$/, "") || "rule";
  }

  /** What was checked was another text: its faults are no longer told, nor those of a check under way. */
  #outdate() {
    this.current = false;
    this.#asked += 1;
  }

  #become(busy) {
    this.busy = busy;
    this.changed();
  }

  #kept() {
    const kept = this.drafts.get(this.file, "value");
    return kept === undefined || kept === "" ? null : JSON.parse(kept);
  }

  #keep() {
    if (!this.dirty) return this.#drop();
    this.drafts.put(this.file, "value", JSON.stringify({ value: this.value, revision: this.opened.revision }));
  }

  #drop() {
    this.drafts.drop(this.file, "value");
  }
}

function lastName({ changes }) {
  return changes[0]?.by ?? "Somebody";
}
