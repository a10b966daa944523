// Above the list, whatever it shows: the chats that the reader is called to and has not opened yet.

import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { callWords } from "./called.js";

class CaseCalls extends Element {
  static properties = { inbox: { attribute: false } };

  connectedCallback() {
    this.follow(this.inbox.calls);
    super.connectedCallback();
  }

  view() {
    const { calls } = this.inbox;
    if (!calls.items.length) return nothing;
    return html`<ul class="calls" aria-label="You are called">
      ${calls.items.map((call) => html`<li><button class="bare" @click=${() => this.inbox.open(call.conversation)}><span class="clip">${callWords(call)}</span></button></li>`)}
    </ul>`;
  }
}

customElements.define("case-calls", CaseCalls);
