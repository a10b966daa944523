// An answer to a gap: written, looked at with all that it would change, and used from then on.

import { CallError } from "../shared/calls.js";
import { Dialog } from "../shared/dialogs.js";
import { Drafts } from "../shared/drafts.js";
import { html, live, nothing } from "../shared/lit.js";

class AnswerDialog extends Dialog {
  static properties = { console: { attribute: false }, gap: { state: true }, effects: { state: true }, fault: { state: true }, working: { state: true } };

  constructor() {
    super();
    this.gap = null;
    this.#forget();
  }

  async open(gap) {
    this.drafts ??= new Drafts(this.console.me.id);
    this.gap = gap;
    this.#forget();
    await super.open();
    this.querySelector("textarea[name=answer]").focus();
  }

  get question() {
    return this.#draft("question") ?? this.gap.question;
  }

  get answer() {
    return this.#draft("answer") ?? "";
  }

  view() {
    if (!this.gap) return this.framed("Give an answer", nothing);
    return this.framed(
      "Give an answer",
      html`<form class="stack" @submit=${this.#submit}>
        <label class="field"
          >When somebody asks
          <textarea name="question" rows="2" required .value=${live(this.question)} @input=${this.#keep}></textarea>
          <small>The answer is found by this question: make it understandable by itself.</small>
        </label>
        <label class="field">the bot says<textarea name="answer" rows="5" required .value=${live(this.answer)} @input=${this.#keep}></textarea></label>
        ${this.fault ? html`<p class="told wrong" role="alert">${this.fault}</p>` : nothing}
        ${this.effects ? this.#changes(this.effects) : nothing}
        <div class="foot">
          <button type="button" @click=${() => this.close()}>Cancel</button>
          <button class="main" ?disabled=${this.working}>${this.effects ? (this.effects.contradicts.length ? "Use it all the same" : "Use this answer") : "See what it changes"}</button>
        </div>
      </form>`,
    );
  }

  #changes({ contradicts, found_for, changed }) {
    const part = (items, kind, title) => (items.length ? html`<div class="told ${kind}"><h3>${title}</h3><ul class="stack">${items}</ul></div>` : nothing);
    const none = !contradicts.length && !found_for.length && !changed.length;
    return html`<div class="stack" role="status">
      ${none ? html`<p class="quiet">It contradicts no article that is near, and no other known question would find it.</p>` : nothing}
      ${part(contradicts.map(({ title, text, why }) => html`<li><strong>${title}</strong>: ${why}<blockquote class="words small">${text}</blockquote></li>`), "wrong", "It says other than an article")}
      ${part(found_for.map(({ question }) => html`<li>${question}</li>`), "warn", "It would also be found for")}
      ${part(changed.map(({ question, before }) => html`<li><span class="words">${question}</span><p class="small quiet words">answered then: ${before}</p></li>`), "", "Past questions that would now be answered so")}
    </div>`;
  }

  #submit = async (event) => {
    event.preventDefault();
    const body = { question: this.question, answer: this.answer, reply: this.gap.examples[0].reply };
    const looked = this.effects !== null;
    this.working = true;
    try {
      const found = await this.console.post(looked ? "gaps/answer" : "gaps/preview", body);
      this.fault = "";
      if (!looked) this.effects = found;
      else this.#done();
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
    } finally {
      this.working = false;
    }
  };

  #done() {
    for (const field of ["question", "answer"]) this.drafts.drop(this.#about, `gap-${field}`);
    this.close();
    this.console.say("Similar questions are answered with it from now on.");
    this.dispatchEvent(new Event("answered"));
  }

  #keep = ({ target }) => {
    this.drafts.put(this.#about, `gap-${target.name}`, target.value);
    this.effects = null;
    this.requestUpdate();
  };

  get #about() {
    return this.gap.examples[0].conversation;
  }

  #draft(field) {
    return this.drafts.get(this.#about, `gap-${field}`);
  }

  #forget() {
    this.effects = null;
    this.fault = "";
    this.working = false;
  }
}

customElements.define("answer-dialog", AnswerDialog);
