// The question before an act that cannot be undone, or that everybody notices.

import { Dialog } from "../shared/dialogs.js";
import { html, nothing } from "../shared/lit.js";

export class AskBefore extends Dialog {
  static properties = { asked: { state: true } };

  #answered = () => {};

  constructor() {
    super();
    this.asked = null;
  }

  /** Ask; `yes` are the words of the button that does it, `doubt` what speaks against it, `reason` the label of a field
   *  for the operator's own words. Returns nothing where they leave it, else their words ("" without a field). */
  async ask({ title, text, doubt = "", yes = "Yes, do it", no = "Leave it as it is", danger = false, reason = "" }) {
    this.#answered();
    this.asked = { title, text, doubt, yes, no, danger, reason };
    await this.open();
    this.querySelector(reason ? "textarea" : "button[value=yes]").focus();
    return new Promise((answered) => {
      this.#answered = answered;
    });
  }

  view() {
    const { title = "", text, doubt, yes, no, danger, reason } = this.asked ?? {};
    const inside = html`
      <p class="words">${text}</p>
      ${doubt ? html`<p class="told warn">${doubt}</p>` : nothing}
      <form class="stack" @submit=${this.#said}>
        ${reason ? html`<label class="field">${reason}<textarea rows="2" name="reason" required></textarea></label>` : nothing}
        <div class="foot">
          <button type="button" @click=${() => this.close()}>${no}</button>
          <button value="yes" class=${danger ? "danger" : doubt ? "" : "main"}>${yes}</button>
        </div>
      </form>
    `;
    return this.framed(title, this.asked ? inside : nothing, () => this.#answered());
  }

  #said(event) {
    event.preventDefault();
    this.#answered(new FormData(event.target).get("reason")?.trim() ?? "");
    this.close();
  }
}

customElements.define("ask-before", AskBefore);
