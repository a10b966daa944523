// <rule-editor>: which messages a rule is for, told by examples, and what happens with them.

import { html, live, nothing } from "../shared/lit.js";
import { FileEditor } from "./file-editor.js";

const ACTIONS = {
  handoff: "Say the message and give the conversation to a person",
  refuse: "Say the message, also where it is only a part of a long one",
  decline: "Say the message",
  ask: "Ask back what is meant",
  chat: "Small talk: the message, or a reply of the pack's own",
  acknowledge: "Say the message first, then answer from the articles",
};
const FEWEST = 5;

class RuleEditor extends FileEditor {
  get heading() {
    const words = (this.draft.isNew ? this.draft.name : this.draft.file.split("/")[1].replace(".toml", "")).replaceAll(/[-_]/g, " ");
    return words ? words[0].toUpperCase() + words.slice(1) : "New rule";
  }

  body() {
    const { draft } = this;
    const form = draft.value;
    if (typeof form === "string") return html`<textarea class="article-text" aria-label="The rule's file" .value=${live(form)} @input=${(event) => draft.type(event.target.value)}></textarea>`;
    const set = (name, value) => draft.type({ ...form, [name]: value });
    const lines = (name, label, hint, rows) => html`<label class="field">${label}<textarea rows=${rows} .value=${live(form[name].join("\n"))} @input=${(event) => set(name, event.target.value.split("\n"))}></textarea><small>${hint}</small></label>`;
    const filled = form.examples.filter((one) => one.trim()).length;
    return html`<div class="card stack">
      ${draft.isNew ? html`<label class="field">Name<input required maxlength="40" .value=${live(draft.name)} @input=${this.#rename} placeholder="politics"><small>Lower-case letters, digits and hyphens. Rows of the pack whose intent is this name count as examples too.</small></label>` : nothing}
      <label class="field">What happens<select .value=${live(form.action)} @change=${(event) => set("action", event.target.value)}>
        ${Object.entries(ACTIONS).map(([name, words]) => html`<option value=${name} ?selected=${name === form.action}>${words}</option>`)}
      </select></label>
      <label class="field">What the visitor reads<textarea rows="3" .value=${live(form.message)} @input=${(event) => set("message", event.target.value)}></textarea></label>
      ${lines("examples", "Messages that it is for, one a line", `${filled} of at least ${FEWEST}; with 50 or more, worded as differently as people word them, it is reliable.`, 10)}
      ${lines("unlike", "Messages that only sound like it, one a line", "They are answered as usual. Add one whenever the rule fires where it should not.", 4)}
      ${form.action === "ask" ? lines("replies", "Replies to press, one a line", "Up to six, shown below the question.", 3) : nothing}
      <label class="field">How sure it must be<input type="number" min="0.05" max="0.95" step="0.05" .value=${live(String(form.sure))} @input=${(event) => event.target.value && set("sure", Number(event.target.value))}><small>0.5 is usual. Lower it where missing such a message is worse than a false alarm.</small></label>
    </div>`;
  }

  #rename = (event) => {
    this.draft.named = true;
    this.draft.name = event.target.value.trim().toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-");
    this.draft.type(this.draft.value);
  };
}

customElements.define("rule-editor", RuleEditor);
