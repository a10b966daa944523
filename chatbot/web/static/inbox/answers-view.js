// The answers that are in use because an agent approved them; each can be taken back.

import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";
import { proposalView } from "./proposal.js";

class AnswersView extends Element {
  static properties = { inbox: { attribute: false }, answers: { state: true }, waiting: { state: true }, editing: { state: true } };

  constructor() {
    super();
    this.answers = null;
    this.waiting = [];
    this.editing = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#read();
  }

  async #read() {
    const { acts, api } = this.inbox;
    const found = await acts.tried(() => Promise.all([api.answers(), api.proposals()]));
    if (found) [this.answers, this.waiting] = found;
  }

  view() {
    return html`<div class="answers">
      <div class="row">
        <h2>Answers in use</h2>
        <button class="push" @click=${() => this.inbox.showAnswers(false)}>Back to the chats</button>
      </div>
      ${this.waiting.length ? this.#waiting() : nothing}
      ${this.answers === null ? html`<p class="quiet" aria-busy="true">Reading …</p>` : this.answers.length ? this.#list() : this.#none()}
    </div>`;
  }

  #waiting() {
    return html`<ul class="stack" aria-label="Answers that wait for a second look">
      ${this.waiting.map(
        (proposal) => html`<li>
          ${proposalView(proposal, this.inbox, () => this.#read())}
          <button class="plain small" @click=${() => this.inbox.open(proposal.conversation)}>Open its chat</button>
        </li>`,
      )}
    </ul>`;
  }

  #list() {
    return html`<ul class="stack" aria-label="Approved answers in use">
      ${this.answers.map(
        (answer) => html`<li class="card">${answer.id === this.editing ? this.#edited(answer) : this.#shown(answer)}</li>`,
      )}
    </ul>`;
  }

  #shown(answer) {
    return html`<h3>${answer.query}</h3>
          <p class="words">${answer.response}</p>
          <div class="row">
            <span class="small quiet">${answer.author}${answer.confirmed_by ? `, confirmed by ${answer.confirmed_by}` : ""}, <time datetime=${answer.created_at} title=${inFull(answer.created_at)}>${moment(answer.created_at)}</time></span>
            <button class="push" aria-label="Change the answer to: ${answer.query}" @click=${() => (this.editing = answer.id)}>Change</button>
            <button aria-label="Withdraw the answer to: ${answer.query}" @click=${() => this.#withdraw(answer)}>Withdraw</button>
          </div>`;
  }

  #edited(answer) {
    return html`<form class="stack" @submit=${(event) => this.#revise(event, answer)}>
      <label class="field">When somebody asks<textarea name="question" rows="2" required .value=${answer.query}></textarea></label>
      <label class="field">The bot says<textarea name="answer" rows="4" required .value=${answer.response}></textarea></label>
      <div class="row">
        <button class="main">Use it like this</button>
        <button type="button" @click=${() => (this.editing = "")}>Cancel</button>
      </div>
    </form>`;
  }

  async #revise(event, { id, query, response }) {
    event.preventDefault();
    const { question, answer } = event.target.elements;
    const { acts, api } = this.inbox;
    const undo = async (made) => {
      if (await acts.tried(() => api.revise(made.id, query, response), "As it was before.")) await this.#read();
    };
    if (!(await acts.tried(() => api.revise(id, question.value, answer.value), "Changed: this is what is said from now on.", undo))) return;
    this.editing = "";
    await this.#read();
  }

  #none() {
    return html`<div class="empty">
      <h2>No approved answer yet</h2>
      <p>“Use this answer from now on” below a reply puts an answer here. It is found for similar questions at once.</p>
      <button @click=${() => this.inbox.showAnswers(false)}>To the chats</button>
    </div>`;
  }

  async #withdraw(answer) {
    if (await this.inbox.acts.withdraw(answer, "Withdrawn: it is not used any more.")) await this.#read();
  }
}

customElements.define("answers-view", AnswersView);
