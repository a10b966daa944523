// What is asked before an act that takes a word or a look: handing back, transferring, taking over, approving.

import { Dialog } from "../shared/dialogs.js";
import { html, nothing } from "../shared/lit.js";

class CaseAsks extends Dialog {
  static properties = { inbox: { attribute: false }, asked: { state: true } };

  constructor() {
    super();
    this.asked = null;
  }

  /** Ask; `about` is what an approval would do. */
  ask(what, about = null) {
    this.asked = { what, about };
    return this.open();
  }

  view() {
    const [title, inside] = this.asked ? this.#form() : ["", nothing];
    return this.framed(title, inside, () => (this.asked = null));
  }

  #form() {
    const { what, about } = this.asked;
    if (what === "release") return ["Hand back to the bot", this.#release()];
    if (what === "transfer") return ["Transfer to a colleague", this.#transfer()];
    if (what === "over") return ["Take this chat over", this.#over()];
    return ["Use this answer from now on", this.#approve(about)];
  }

  #release() {
    return this.#asking(
      html`<p class="quiet">The bot answers the visitor again. A note helps whoever opens this chat next.</p>
        <label class="field">Note to colleagues (optional)<textarea name="note" rows="3" autofocus></textarea></label>`,
      "Hand back",
      ({ note }) => this.inbox.acts.release(note.value),
    );
  }

  #transfer() {
    const others = this.inbox.desk.staff.filter(({ id }) => id !== this.inbox.me.id);
    if (!others.length) {
      return html`<p>You are the only one of the staff. An operator adds people: <code>python -m chatbot user add NAME --role agent</code></p>`;
    }
    return this.#asking(
      html`<label class="field"
          >Colleague
          <select name="to" autofocus>
            ${others.map(({ id, name, there }) => html`<option value=${id}>${name}${there ? "" : " (not here)"}</option>`)}
          </select>
        </label>
        <label class="field">Note to them (optional)<textarea name="note" rows="3"></textarea></label>`,
      "Transfer",
      ({ to, note }) => this.inbox.acts.transfer(to.value, note.value),
    );
  }

  #over() {
    const { holder_name: holder } = this.inbox.opened.whole.case;
    return this.#asking(
      html`<p>${holder || "A colleague"} holds this chat. If you take it over, they are told, and the visitor hears from you.</p>`,
      "Take over",
      () => this.inbox.acts.claim(true),
    );
  }

  #approve({ message, question, answer, effects }) {
    const { contradicts, found_for, changed } = effects;
    const alone = !found_for.length && !changed.length;
    return this.#asking(
      html`<dl class="stack">
          <div><dt class="small quiet">When somebody asks</dt><dd class="words">${question}</dd></div>
          <div><dt class="small quiet">the bot says</dt><dd class="words">${answer}</dd></div>
        </dl>
        ${contradicts.length ? nothing : html`<p class="quiet">It contradicts no article that is near${alone ? ", and no other question that visitors have asked so far would get it" : ""}.</p>`}
        ${
          contradicts.length
            ? html`<div class="told wrong">
                <h3>It says other than an article</h3>
                <ul>${contradicts.map(({ title, text, why }) => html`<li><strong>${title}</strong>: ${why}<blockquote class="words small">${text}</blockquote></li>`)}</ul>
              </div>`
            : nothing
        }
        ${
          found_for.length
            ? html`<div class="told warn">
                <h3>It would also be found for</h3>
                <ul>${found_for.map(({ question: other, score }) => html`<li>${other} <span class="figures small quiet">${score.toFixed(2)}</span></li>`)}</ul>
              </div>`
            : nothing
        }
        ${
          changed.length
            ? html`<details open>
                <summary>${changed.length} past ${changed.length === 1 ? "question" : "questions"} would now be answered so</summary>
                <ul class="changed">
                  ${changed.map(({ question: past, before }) => html`<li><strong class="words">${past}</strong><p class="small quiet words">answered then: ${before}</p></li>`)}
                </ul>
              </details>`
            : nothing
        }
        ${this.#secondLook(message, question, answer)}`,
      contradicts.length ? "Use it all the same" : "Use this answer",
      () => this.inbox.approve(message, question, answer),
    );
  }

  /** Have it wait until somebody else has looked: a colleague is called, and any of them may confirm it. */
  #secondLook(message, question, answer) {
    const others = this.inbox.desk.staff.filter(({ me }) => !me);
    if (!others.length) return nothing;
    const ask = (event) => {
      const { value: colleague } = event.target.form.elements.colleague;
      this.close();
      this.inbox.propose(message, question, answer, colleague);
    };
    return html`<div class="row">
      <label class="field grow">Not sure? Have it wait for a colleague<select name="colleague">${others.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</select></label>
      <button class="second-look" type="button" @click=${ask}>Ask for a second look</button>
    </div>`;
  }

  #asking(inside, label, act) {
    const submit = (event) => {
      event.preventDefault();
      this.close();
      act(event.target.elements);
    };
    const quick = (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
    };
    return html`<form class="stack" tabindex="-1" ?autofocus=${this.asked.what === "approve"} @submit=${submit} @keydown=${quick}>
      ${inside}
      <div class="foot">
        <button type="button" @click=${() => this.close()}>Cancel</button>
        <button class="main" ?autofocus=${this.asked.what === "over"}>${label} <kbd>Ctrl ↵</kbd></button>
      </div>
    </form>`;
  }
}

customElements.define("case-asks", CaseAsks);
