// Above a conversation: whose it is, what can be done with it, and whether somebody else is at it.

import { Element } from "../shared/element.js";
import { icon } from "../shared/icons.js";
import { html, nothing } from "../shared/lit.js";
import { collision, stateOf } from "./words.js";

class CaseHead extends Element {
  static properties = { inbox: { attribute: false } };

  connectedCallback() {
    this.follow(this.inbox.opened);
    super.connectedCallback();
  }

  view() {
    const { opened, me } = this.inbox;
    if (!opened.whole) return nothing;
    const { case: one } = opened.whole;
    const { others } = opened;
    return html`<header class="case-head">
      <button class="bare to-list" aria-label="Back to the list" @click=${() => this.inbox.show("list")}>${icon("back")}</button>
      <div class="what">
        <h2 class="clip" title=${one.title}>${one.title}</h2>
        <p title=${stateOf(one, me)} class="small clip ${one.status === "waiting" ? "waits" : "quiet"}">${stateOf(one, me)}</p>
      </div>
      <div class="row acts">${this.#acts(one, me)}</div>
      <button class="bare to-context" aria-label="Sources, rule, person" @click=${() => this.inbox.show("context")}>${icon("info")}</button>
    </header>
    ${others.length ? html`<p class="told warn small collision" role="status">${collision(others)}</p>` : nothing}`;
  }

  #acts(one, me) {
    const { acts } = this.inbox;
    const mine = one.status === "held" && one.holder === me.id;
    const finish = html`<button @click=${() => acts.finish()}>Done <kbd>e</kbd></button>`;
    if (mine) {
      return html`<button @click=${() => this.inbox.ask("release")}>Hand back <kbd>b</kbd></button>
        <button @click=${() => this.inbox.ask("transfer")}>Transfer <kbd>t</kbd></button>${finish}`;
    }
    if (one.status === "done") return html`<button @click=${() => acts.reopen()}>Reopen <kbd>e</kbd></button>`;
    const over = one.status === "held";
    return html`<button class="main" @click=${() => (over ? this.inbox.ask("over") : acts.claim())}>
        ${over ? "Take over" : "Claim"} <kbd>c</kbd></button>${finish}`;
  }
}

customElements.define("case-head", CaseHead);
