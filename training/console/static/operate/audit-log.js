// The audit log's latest lines.

import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { inFull, moment } from "../shared/times.js";

const SHOWN = 8;

class AuditLog extends Element {
  static properties = { console: { attribute: false }, lines: { state: true }, all: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.read();
  }

  async read() {
    const lines = await this.console.tried(() => this.console.get("versions/log"));
    if (lines) this.lines = lines;
  }

  view() {
    const { lines = [], all } = this;
    return html`<section class="card section" aria-label="Audit log">
      <h2>What was done</h2>
      ${lines.length ? nothing : html`<p class="quiet">Sign-ins, runs, promotions, approvals and handoffs are listed here as they happen.</p>`}
      <ol class="log">${lines.slice(0, all ? lines.length : SHOWN).map(row)}</ol>
      ${lines.length > SHOWN && !all ? html`<div><button @click=${() => (this.all = true)}>Show ${lines.length - SHOWN} more</button></div>` : nothing}
      ${all ? html`<p class="small quiet">The latest entries. <code>python -m chatbot audit verify</code> checks that none was changed, <code>audit export</code> writes all of them.</p>` : nothing}
    </section>`;
  }
}

function row({ when, who, what, address, times }) {
  const from = address ? `from ${address === "terminal" ? "a terminal" : address}` : "";
  return html`<li>
    <time class="small quiet" datetime=${when} title=${inFull(when)}>${moment(when)}</time>
    <span><strong>${who}</strong> ${what}${times > 1 ? html` <strong>× ${times}</strong>` : nothing}</span>
    <span class="small quiet">${from}</span>
  </li>`;
}

customElements.define("audit-log", AuditLog);
