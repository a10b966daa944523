// Why a reply says what it says: the passages, the rule, the check, and what its version learned that is nearest.

import { CallError } from "../shared/calls.js";
import { Element } from "../shared/element.js";
import { html, nothing } from "../shared/lit.js";
import { addressOf } from "./address.js";
import { lessonOf, reasonOf, weighedWords } from "./reasons.js";

class CaseWhy extends Element {
  static properties = { inbox: { attribute: false }, reply: { attribute: false }, learned: { state: true }, fault: { state: true } };

  willUpdate(changed) {
    const before = changed.get("reply");
    if (before && before.id !== this.reply.id) Object.assign(this, { learned: undefined, fault: "" });
  }

  view() {
    const { reply } = this;
    return html`<section aria-label="Why this answer">
      <h3>Why this answer</h3>
      <p>${reasonOf(reply)}${reply.check_words ? ` ${reply.check_words}` : nothing}</p>
      ${this.#passages(reply.sources)} ${this.#cameAbout(reply)}
      <details class="learned" @toggle=${(event) => event.target.open && this.#read()}>
        <summary>What it has learned that is like this</summary>
        ${this.#learned()}
      </details>
    </section>`;
  }

  #passages(shown) {
    if (!shown.length) return nothing;
    return html`<details open>
      <summary>What the bot was shown <span class="count-of">${shown.length}</span></summary>
      <ol class="passages">
        ${shown.map(
          (passage) => html`<li class=${passage.used ? "used" : ""}>
            <span class="line"><strong class="grow">${passage.title}</strong><span class="figures small quiet" title="Similarity to the question">${passage.score.toFixed(2)}</span></span>
            <meter min="0" max="1" value=${within(passage.score)} aria-label="Similarity"></meter>
            ${passage.query ? html`<span class="small quiet">asked “${passage.query}”</span>` : nothing}
            <p class="words small">${passage.text}</p>
            ${passage.used ? html`<span class="badge mine">the reply rests on this</span>` : nothing}
          </li>`,
        )}
      </ol>
    </details>`;
  }

  #cameAbout(reply) {
    const { weighed } = reply;
    return html`<details>
      <summary>How it was decided</summary>
      ${
        weighed
          ? html`<div class="weighed">
              <span class="line"><span class="grow">Likeliest kind of message: “${weighed.rule.replaceAll("_", " ")}”</span><span class="figures small quiet">${percent(weighed.probability)}</span></span>
              ${scale(weighed)}
              <p class="small quiet">${weighedWords(reply)} It holds from ${percent(weighed.needed)}.</p>
            </div>`
          : nothing
      }
      <dl class="facts">
        ${fact("Took it as", reply.rule && `“${reply.rule.replaceAll("_", " ")}”`)} ${fact("Did", reply.act)} ${fact("Check", reply.check_words || (reply.check === "passed" ? "Passed what the model wrote." : ""))}
        ${fact("Knew", reply.known.length && `the visitor's ${reply.known.join(", ")}, as they told it`)} ${fact("Refused", reply.refused.join(", "))} ${fact("Version", reply.version && html`<code>${reply.version}</code>`)}
      </dl>
    </details>`;
  }

  #learned() {
    if (this.fault) return html`<p class="told wrong small" role="alert">${this.fault}</p>`;
    if (!this.learned) return html`<p class="quiet small" aria-busy="true">Comparing …</p>`;
    const { none, rows, many, snapshot } = this.learned;
    if (none) return html`<p class="quiet small">Nothing to show: ${none}.</p>`;
    return html`<p class="quiet small">
        The nearest of ${many.toLocaleString("en")} rows of snapshot ${snapshot}. Near means alike in question and reply; how much a row moved the weights is not measured.
      </p>
      <ol class="passages">
        ${rows.map(
          (row) => html`<li class=${row.lesson === "dislike" ? "against" : ""}>
            <span class="line"
              ><strong class="grow words">${row.question}</strong
              ><span class="figures small quiet" title="Question ${row.question_score.toFixed(2)}, reply ${row.reply_score.toFixed(2)}">${row.score.toFixed(2)}</span></span
            >
            <meter min="0" max="1" value=${within(row.score)} aria-label="Nearness"></meter>
            <p class="words small">${row.reply}</p>
            ${row.rejected ? html`<p class="words small quiet"><s>${row.rejected}</s></p>` : nothing}
            <span class="small quiet">${lessonOf(row)}${row.conversation ? html` · ${this.#chat(row.conversation)}` : nothing}</span>
          </li>`,
        )}
      </ol>`;
  }

  #chat(conversation) {
    return html`<a href=${addressOf({ filter: this.inbox.filter, chosen: conversation })}>its chat</a>`;
  }

  async #read() {
    if (this.learned) return;
    const { id } = this.reply;
    try {
      const learned = await this.inbox.api.learnedFrom(id);
      if (id === this.reply.id) this.learned = learned;
    } catch (fault) {
      if (!(fault instanceof CallError)) throw fault;
      this.fault = fault.message;
    }
  }
}

/** A probability on its way to the one that is needed. */
function scale({ probability, needed }) {
  return html`<svg class="scale ${probability > needed ? "held" : ""}" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="${percent(probability)} of ${percent(needed)} needed">
    <rect class="way" x="0" y="2" width="100" height="6"></rect>
    <rect class="come" x="0" y="2" width=${100 * within(probability)} height="6"></rect>
    <rect class="mark" x=${Math.min(99, 100 * within(needed))} y="0" width="1" height="10"></rect>
  </svg>`;
}

export function fact(name, value) {
  return value ? html`<div><dt>${name}</dt><dd>${value}</dd></div>` : nothing;
}

const within = (value) => Math.max(0, Math.min(1, value));
const percent = (value) => `${Math.round(100 * value)}\u00a0%`;

customElements.define("case-why", CaseWhy);
