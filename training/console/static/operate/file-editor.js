// <file-editor>: what all files of the pack have around them while they are changed: what is wrong, saving, conflicts.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, nothing } from "../shared/lit.js";
import { moment } from "../shared/times.js";
import { compared, comparison } from "./compare.js";
import "./file-history.js";

export class FileEditor extends Element {
  static properties = { console: { attribute: false }, draft: { attribute: false }, place: { attribute: false }, shown: { state: true } };

  constructor() {
    super();
    this.shown = "";
    this.place = null;
  }

  /** The place of the file that was asked for is shown once, when it is there. */
  updated(changed) {
    super.updated(changed);
    if (!this.place || !this.draft.opened) return;
    const { line, words } = this.place;
    this.place = null;
    this.showLine(line, words);
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.draft);
    this.addEventListener("keydown", this.#keys);
  }

  #keys = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    event.preventDefault();
    if (this.draft.canSave) this.save();
  };

  /** The title above, by kind. */
  get heading() {
    return "";
  }

  /** What is filled in. */
  body() {
    return nothing;
  }

  view() {
    const { draft } = this;
    if (!draft.opened) return draft.fault ? html`<p class="told wrong" role="alert">${draft.fault}</p>` : html`<p class="quiet waiting" aria-busy="true">Reading …</p>`;
    return html`
      <div class="title-line file-head">
        ${draft.kind === "persona" ? nothing : html`<a class="back" href="knowledge?view=${draft.kind}" aria-label="Back to the list">${icon("back")}</a>`}
        <h2>${this.heading}</h2>
        <span class="quiet small" role="status">${this.state()}</span>
        <div class="row push">
          ${draft.dirty ? html`<button @click=${this.#discard}>Discard</button>` : nothing}
          <button class="main ${draft.dirty ? "" : "for-wide"}" ?disabled=${!draft.canSave} @click=${() => this.save()}>${draft.busy ? "Saving …" : "Save"}</button>
        </div>
      </div>
      ${draft.conflict ? this.#conflict() : nothing}
      ${draft.fault ? html`<p class="told wrong" role="alert">${draft.fault}</p>` : nothing}
      ${this.body()}
      ${this.told()}
      ${draft.isNew ? nothing : html`<file-history .console=${this.console} .changes=${draft.opened.changes} .onUndone=${() => draft.follow()}></file-history>`}
      ${draft.isNew || draft.kind === "persona" ? nothing : html`<div class="row"><button class="danger push" @click=${this.#remove}>Remove this ${this.called}</button></div>`}
    `;
  }

  get called() {
    return this.draft.kind === "rules" ? "rule" : "article";
  }

  state() {
    const { draft } = this;
    if (draft.dirty && draft.faults.length) return "Not saved: something in it is wrong.";
    if (draft.restored) return "What you typed before is back. It is not saved yet.";
    if (draft.dirty) return "Not saved yet; kept in this browser.";
    const last = draft.opened.changes[0];
    return last ? `Changed by ${last.by}, ${moment(last.at)}` : "";
  }

  /** What the check says. */
  told() {
    const { checked, current, dirty } = this.draft;
    if (!current || !(dirty || checked.faults.length)) return nothing;
    const { faults, remarks, settled } = checked;
    return html`
      ${faults.length ? html`<div class="told wrong" role="alert"><p class="strong">This cannot be saved yet</p><ul class="faults">${faults.map((fault) => html`<li>${this.#placed(fault)}</li>`)}</ul></div>` : nothing}
      ${remarks.length ? html`<div class="told warn"><p class="strong">Worth a look</p><ul class="faults">${remarks.map((line) => html`<li>${line}</li>`)}</ul></div>` : nothing}
      ${settled.length ? html`<div class="told"><p class="strong">Put right by this change</p><ul class="faults">${settled.map((line) => html`<li>${line}</li>`)}</ul></div>` : nothing}
    `;
  }

  /** A fault without the name of the file that is on view, and a button to the line that it names. */
  #placed(fault) {
    const here = fault.replace(/^[^\s:]+\.(md|toml):? ?/, "");
    const [, line, words] = here.match(/^(\d+): (.*)$/s) ?? [];
    return line && typeof this.draft.value === "string" ? html`<button class="plain line-link" @click=${() => this.showLine(Number(line))}>Line ${line}</button> ${words}` : here;
  }

  /** Select a line, or the words in it, and bring them into view. */
  showLine(line, words = "") {
    const field = this.querySelector("textarea");
    const lines = field?.value.split("\n") ?? [];
    if (lines.length < line) return;
    const within = words ? lines[line - 1].indexOf(words) : -1;
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, within);
    field.setSelectionRange(start, start + (within < 0 ? lines[line - 1].length : words.length));
    field.blur();
    field.focus();
  }

  #conflict() {
    const { draft } = this;
    const { opened, who } = draft.conflict;
    const mine = typeof draft.value === "string" ? comparison(compared(opened.text, draft.value)) : nothing;
    return html`<section class="told warn stack" role="alert">
      <p><b>${who} saved this ${this.called} after you opened it.</b> Nothing of yours is lost: it stands below as you typed it.</p>
      ${mine === nothing ? nothing : html`<details open><summary>Theirs, and what yours would change in it</summary>${mine}</details>`}
      <div class="row">
        <button @click=${() => draft.yield()}>Take theirs, let mine go</button>
        <button @click=${() => this.save(true)}>Save mine over it</button>
      </div>
    </section>`;
  }

  async save(over = false) {
    const saved = await (over ? this.draft.overwrite() : this.draft.save());
    if (!saved) return;
    const where = saved.copied ? " The pack that came with the product stays as it was: what answers is a copy of it." : "";
    const undo = saved.change === null ? null : () => this.undo(saved);
    this.console.say(saved.change === null ? "Nothing was changed." : `Saved: the bot answers from it now.${where}`, { undo });
    this.dispatchEvent(new CustomEvent("saved", { detail: saved, bubbles: true }));
  }

  async undo({ change, revision }) {
    const undone = await this.console.tried(() => this.console.post(`knowledge/changes/${change}/undo`, { revision }), "Undone: the bot answers as before.");
    if (undone) this.dispatchEvent(new CustomEvent("saved", { detail: undone, bubbles: true }));
    await this.draft.follow();
  }

  #discard = async () => {
    const yes = await this.console.ask({ title: "Discard what you typed?", text: "What was saved last stays as it is.", yes: "Discard it", no: "Go on writing", danger: true });
    if (yes !== undefined) this.draft.discard();
  };

  #remove = async () => {
    const { draft } = this;
    const yes = await this.console.ask({
      title: `Remove this ${this.called}?`,
      text: "The bot no longer answers from it. Its text is kept: under “Changes” it can be put back.",
      yes: "Remove it",
      danger: true,
    });
    if (yes === undefined) return;
    draft.busy = "removing";
    const gone = await this.console.tried(() => this.console.post("knowledge/remove", { file: draft.file, revision: draft.opened.revision }));
    draft.busy = "";
    if (!gone) return;
    draft.forget();
    await this.console.go(`knowledge?view=${draft.kind}`);
    this.console.say("Removed.", { undo: () => this.console.tried(() => this.console.post(`knowledge/changes/${gone.change}/undo`, { revision: "" }), "It is back.") });
  };
}
