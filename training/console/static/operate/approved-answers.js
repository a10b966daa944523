// <approved-answers>: answers that the staff approved, used at once for the same question; to be changed and withdrawn.

import { Dialog } from "../shared/dialogs.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { empty } from "./tab.js";

class ApprovedAnswers extends Element {
  static properties = { console: { attribute: false }, answers: { attribute: false }, onChanged: { attribute: false }, sought: { state: true } };

  constructor() {
    super();
    this.answers = [];
    this.sought = "";
    this.onChanged = () => {};
  }

  view() {
    const sought = this.sought.trim().toLowerCase();
    const found = this.answers.filter(({ query, response }) => `${query} ${response}`.toLowerCase().includes(sought));
    return html`
      <div class="row">
        ${this.answers.length > 4 ? html`<input type="search" class="sought grow" placeholder="Search answers" aria-label="Search answers" .value=${this.sought} @input=${(event) => (this.sought = event.target.value)}>` : nothing}
        <button class="main push" @click=${() => this.#edit(null)}>New answer</button>
      </div>
      ${this.answers.length ? nothing : empty("No answers in use", "An approved answer is said to the same question at once, whoever asks it. Agents approve them in the inbox, or write one here.")}
      <ul class="stack">${found.map((answer) => this.#card(answer))}</ul>
      <answer-form .console=${this.console} .onSaved=${() => this.onChanged()}></answer-form>
    `;
  }

  #card(answer) {
    return html`<li class="card stack">
      <h3>${answer.query}</h3>
      <p class="words">${answer.response}</p>
      <div class="row"><span class="quiet small"><time datetime=${answer.created_at} title=${inFull(answer.created_at)}>${moment(answer.created_at)}</time> by ${answer.author}${answer.message ? " · from a chat" : ""}</span>
        <button class="push" @click=${() => this.#edit(answer)}>Change</button>
        <button @click=${() => this.#withdraw(answer)}>Withdraw</button></div>
    </li>`;
  }

  #edit(answer) {
    this.querySelector("answer-form").begin(answer);
  }

  async #withdraw(answer) {
    const yes = await this.console.ask({ title: "Withdraw this answer?", text: `“${answer.query}” is answered from the articles again.`, yes: "Withdraw it", danger: true });
    if (yes === undefined) return;
    const left = await this.console.tried(() => this.console.delete(`knowledge/answers/${answer.id}`), "Withdrawn.");
    if (left) this.onChanged();
  }
}

class AnswerForm extends Dialog {
  static properties = { console: { attribute: false }, onSaved: { attribute: false }, answer: { state: true }, effects: { state: true }, fault: { state: true } };

  constructor() {
    super();
    this.answer = null;
    this.effects = null;
    this.fault = "";
  }

  async begin(answer) {
    this.answer = { id: answer?.id ?? "", question: answer?.query ?? "", answer: answer?.response ?? "" };
    this.effects = null;
    this.fault = "";
    await this.open();
    this.querySelector(answer ? "textarea" : "input").focus();
  }

  view() {
    const { answer } = this;
    if (!answer) return this.framed("Approved answer", nothing);
    const inside = html`<form class="stack" @submit=${this.#save}>
      <label class="field">Question<input name="question" required maxlength="4000" .value=${answer.question}></label>
      <label class="field">Answer<textarea name="answer" required rows="5" maxlength="8000" .value=${answer.answer}></textarea></label>
      ${this.fault ? html`<p class="told wrong" role="alert">${this.fault}</p>` : nothing}
      ${this.effects ? this.#told(this.effects) : nothing}
      <div class="foot">
        <button type="button" @click=${this.#look}>What it would change</button>
        <button class="main">Use it from now on</button>
      </div>
    </form>`;
    return this.framed(answer.id ? "Change this answer" : "New answer", inside);
  }

  #told({ contradicts, found_for, changed }) {
    return html`
      ${contradicts.map(({ title, text, why }) => html`<p class="told warn"><b>${title}</b> says otherwise: ${text} <span class="quiet">(${why})</span></p>`)}
      <p class="quiet small">${found_for.length ? `It would also be said to: ${found_for.map(({ question }) => `“${question}”`).join(", ")}.` : "No other known question would be answered by it."}
        ${changed.length ? `${changed.length} past question${changed.length === 1 ? "" : "s"} would have been answered so.` : ""}</p>`;
  }

  #given() {
    const given = new FormData(this.querySelector("form"));
    return { question: given.get("question"), answer: given.get("answer"), instead: this.answer.id };
  }

  #look = async () => {
    const given = this.#given();
    if (!given.question.trim() || !given.answer.trim()) return;
    this.answer = { id: this.answer.id, question: given.question, answer: given.answer };
    this.effects = (await this.console.tried(() => this.console.post("knowledge/answers/effects", given))) || null;
  };

  #save = async (event) => {
    event.preventDefault();
    const given = this.#given();
    this.answer = { id: this.answer.id, question: given.question, answer: given.answer };
    try {
      await this.console.post("knowledge/answers", given);
    } catch (fault) {
      this.fault = fault.message;
      return;
    }
    this.close();
    this.console.say("In use: the bot says it from now on.");
    this.onSaved();
  };
}

customElements.define("approved-answers", ApprovedAnswers);
customElements.define("answer-form", AnswerForm);
