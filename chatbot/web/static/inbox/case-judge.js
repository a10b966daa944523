// Below a reply: how good it was, what it should have been, and to use that from now on.

import { Element } from "../shared/element.js";
import { html, live, nothing } from "../shared/lit.js";
import { askedOf } from "./grades.js";

const GRADES = [1, 2, 3, 4, 5];

class CaseJudge extends Element {
  static properties = { inbox: { attribute: false }, message: { attribute: false }, working: { state: true } };

  constructor() {
    super();
    this.working = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.tabIndex = -1; // its keys act once it has the focus
  }

  /** What the reader thought of it before. */
  get mine() {
    return Object.fromEntries(this.message.opinions.filter(({ mine }) => mine).map((one) => [one.kind, one]));
  }

  get correction() {
    return this.#draft("correction") ?? this.mine.correction?.text ?? this.#latestCorrection ?? this.message.content;
  }

  get question() {
    return this.#draft("question") ?? this.inbox.opened.question;
  }

  get #latestCorrection() {
    return this.message.opinions.findLast(({ kind }) => kind === "correction")?.text;
  }

  view() {
    const stars = this.mine.stars?.stars ?? {};
    const [first, ...others] = this.inbox.desk.criteria;
    return html`<div class="judge">
      ${
        this.message.role === "assistant"
          ? html`${this.#grades(first, stars)}
              <details>
                <summary>Grade more of it</summary>
                ${others.map((criterion) => this.#grades(criterion, stars))}
              </details>`
          : nothing
      }
      <label class="field"
        >${this.message.role === "assistant" ? "What the reply should have been" : "The answer, as others should get it"}
        <textarea rows="4" .value=${live(this.correction)} @input=${(event) => this.#keep("correction", event)}></textarea>
      </label>
      <label class="field"
        >Question it answers
        <textarea rows="2" .value=${live(this.question)} @input=${(event) => this.#keep("question", event)}></textarea>
        <small>An approved answer is found by this question: make it understandable by itself.</small>
      </label>
      <div class="row">
        <button class="main" ?disabled=${this.working} @click=${() => this.approve()}>Use this answer from now on <kbd>a</kbd></button>
        <button ?disabled=${this.working} @click=${() => this.save()}>${this.message.role === "assistant" ? "Save correction" : "Learn from it"} <kbd>s</kbd></button>
      </div>
      <p class="small quiet">
        <strong>Use this answer</strong>: the bot gives it at once to everybody who asks alike.
        <strong>${this.message.role === "assistant" ? "Save correction" : "Learn from it"}</strong>: no answer changes now; the next training learns from it where the visitor agreed.
      </p>
    </div>`;
  }

  #grades(criterion, stars) {
    const name = `${criterion}-${this.message.id}`;
    return html`<fieldset class="grades">
      <legend class="small strong">${askedOf(criterion)}</legend>
      <span class="small quiet" aria-hidden="true">no</span>
      ${GRADES.map(
        (grade) => html`<label
          ><input type="radio" name=${name} .checked=${live(stars[criterion] === grade)} @change=${() => this.grade(grade, criterion)} /><span>${grade}</span></label
        >`,
      )}
      <span class="small quiet" aria-hidden="true">yes</span>
    </fieldset>`;
  }

  grade(grade, criterion = this.inbox.desk.criteria[0]) {
    if (this.message.role !== "assistant") return undefined;
    return this.#told("stars", { stars: { [criterion]: grade } }, `${askedOf(criterion)} ${grade} of 5.`);
  }

  async save() {
    if (this.message.role === "agent" && this.correction === this.message.content) {
      return this.#told("rating", { value: "like" }, "Marked to be learned from, where the visitor agreed to that.");
    }
    const { id } = this.message;
    const undo = () => this.inbox.acts.uncorrect(id, this.correction);
    if (await this.#told("correction", { text: this.correction }, "Saved, to be learned from where the visitor agreed to that.", undo)) this.#drop("correction");
  }

  /** Look at what approving would change, and ask where that is anything. */
  async approve() {
    const { id } = this.message;
    const body = { question: this.question, answer: this.correction };
    const { acts, api } = this.inbox;
    this.working = true;
    const effects = await acts.tried(() => api.judge(id, "preview", body));
    this.working = false;
    if (effects) this.inbox.ask("approve", { message: id, ...body, effects });
  }

  async #told(what, body, words, undo = null) {
    const { acts, api } = this.inbox;
    this.working = true;
    const done = await acts.tried(() => api.judge(this.message.id, what, body), words, undo);
    this.working = false;
    return done;
  }

  #draft(field) {
    return this.inbox.drafts.get(this.inbox.opened.id, `${field}-${this.message.id}`);
  }

  #keep(field, event) {
    this.inbox.drafts.put(this.inbox.opened.id, `${field}-${this.message.id}`, event.target.value);
    this.requestUpdate();
  }

  #drop(field) {
    this.inbox.drafts.drop(this.inbox.opened.id, `${field}-${this.message.id}`);
    this.requestUpdate();
  }
}

customElements.define("case-judge", CaseJudge);
