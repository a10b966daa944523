// What people ask and do not get answered: the same questions put together, the most asked first, and how to answer them.

import { html, nothing } from "../shared/lit.js";
import { inFull, shortly } from "../shared/times.js";
import "./answer-dialog.js";
import { count } from "./numbers.js";
import { daysOf, periods } from "./periods.js";
import { Tab, empty } from "./tab.js";

const FAULTS = { unanswered: ["unanswered", "uncertain"], disliked: ["disliked", "disliked"], corrected: ["corrected by an agent", ""] };

class Gaps extends Tab {
  opened(parameters) {
    if (this.days !== daysOf(parameters)) this.data = null;
    this.days = daysOf(parameters);
    return this.#read();
  }

  #read() {
    return this.read(() => this.console.get("gaps", { days: this.days }));
  }

  drawn() {
    const { gaps, questions, more, aside } = this.data;
    const missing = gaps.filter(({ known }) => !known);
    const known = gaps.filter((gap) => gap.known);
    return html`
      <section class="section" aria-labelledby="gaps">
        <div class="title-line"><h2 id="gaps">Questions without a good answer</h2>${periods(this.console, "gaps", this.days)}</div>
        ${
          questions
            ? html`<p class="quiet">${count(questions, "question")} of the last ${this.days} days went unanswered, or the reply was disliked or corrected. Those that mean the same are one: ${count(missing.length + more, "gap")} here${known.length ? html`, ${known.length.toLocaleString()} answered by now` : nothing}; what is asked most comes first.</p>`
            : nothing
        }
        ${missing.length ? html`<ol class="stack">${missing.map((gap) => this.#gap(gap))}</ol>` : this.#none(questions)}
        ${more ? html`<p class="quiet">${count(more, "rarer one is", "rarer ones are")} not shown.</p>` : nothing}
      </section>
      ${
        known.length
          ? html`<section class="section" aria-labelledby="known">
              <div class="title-line"><h2 id="known">Asked in vain, but answered by now</h2></div>
              <p class="quiet">The bot finds an answer to these since an article, a question or an answer was added.</p>
              <ol class="stack">${known.map((gap) => this.#gap(gap))}</ol>
            </section>`
          : nothing
      }
      ${aside.length ? this.#aside(aside) : nothing}
      <answer-dialog .console=${this.console} @answered=${() => this.#read()}></answer-dialog>
    `;
  }

  #none(questions) {
    return questions
      ? empty(`All of them are answered${this.data.aside.some(({ conversations }) => conversations) ? " or not ours to answer" : " by now"}`, "New ones appear here as people ask them.")
      : empty("Nobody asked in vain", `In the last ${this.days} days no question went unanswered, and no reply was disliked or corrected.`);
  }

  #gap(gap) {
    const { question, conversations, latest, faults, nearest, examples } = gap;
    return html`<li class="card gap">
      <div class="asked">
        <b class="figures" title="Conversations in which it was asked">${conversations.toLocaleString()}</b><span class="quiet small">${conversations === 1 ? "chat" : "chats"}</span>
      </div>
      <div class="stack">
        <h3 class="words">${question}</h3>
        <div class="row">
          ${Object.entries(faults).map(([fault, number]) => html`<span class="badge ${FAULTS[fault][1]}">${number > 1 ? `${number.toLocaleString()} × ` : ""}${FAULTS[fault][0]}</span>`)}
          <span class="quiet small">last asked <time datetime=${latest} title=${inFull(latest)}>${shortly(latest)}</time>${nearest ? html` · nearest article: ${nearest}` : nothing}</span>
        </div>
      </div>
      ${this.#acts(gap)}
      <details>
        <summary>${count(examples.length, "example")}</summary>
        <ul class="lines">
          ${examples.map(
            (one) => html`<li>
              <div class="grow"><p class="words">${one.question}</p><p class="quiet small words answered">${one.answer}</p></div>
              <a class="button" href="../review/?case=${one.conversation}&status=all" aria-label="Read the chat: ${one.question}">Read the chat</a>
            </li>`,
          )}
        </ul>
      </details>
    </li>`;
  }

  #acts(gap) {
    const article = this.console.has("knowledge") && !gap.known;
    return html`<div class="acts">
      ${article ? html`<a class="button" href="knowledge?question=${encodeURIComponent(gap.question)}">Write an article</a>` : nothing}
      ${gap.known ? nothing : html`<button aria-label="Give an answer to: ${gap.question}" @click=${() => this.querySelector("answer-dialog").open(gap)}>Give an answer</button>`}
      <button aria-label="Not ours to answer: ${gap.question}" @click=${() => this.#setAside(gap)}>Not ours to answer</button>
    </div>`;
  }

  #aside(aside) {
    return html`<section class="section">
      <details>
        <summary>${count(aside.length, "question is", "questions are")} not ours to answer</summary>
        <ul class="lines card">
          ${aside.map(
            (one) => html`<li>
              <div class="grow"><p class="words">${one.question}</p>
                <p class="quiet small">set aside by ${one.by}, <time datetime=${one.at} title=${inFull(one.at)}>${shortly(one.at)}</time>${one.conversations ? html` · asked in ${count(one.conversations, "chat")} of these days` : nothing}</p></div>
              <button aria-label="Take back: ${one.question}" @click=${() => this.#takeBack(one.id)}>Take back</button>
            </li>`,
          )}
        </ul>
      </details>
    </section>`;
  }

  async #setAside(gap) {
    const [{ reply }] = gap.examples;
    const done = await this.console.tried(() => this.console.post("gaps/aside", { reply, days: this.days }));
    if (!done) return;
    this.console.say("It is set aside, whoever asks it again.", { undo: () => this.#takeBack(done.id) });
    await this.#read();
  }

  async #takeBack(id) {
    await this.console.tried(() => this.console.delete(`gaps/aside/${id}`), "It is among the gaps again.");
    await this.#read();
  }
}

customElements.define("operate-gaps", Gaps);
